/**
 * A kernel and three domains, each on a thread of its own, over one small heap: made of the production parts as `root` holds them, and made anew for each execution. Blocks are large, four to
 * a page, so that a page is filled, emptied and read in few steps.
 */
import * as b from './board.mjs';

/** Pages that blocks can lie in. */
export const USABLE_PAGES = 8;

export async function loadBuild(root) {
  const from = (file) => import(new URL(file, root).href);
  const [
    ids,
    layout,
    threads,
    records,
    canonical,
    heap,
    shared,
    registry,
    typeTable,
    reclaimer,
    audit,
    census,
    endpoint,
    methods,
    settlement,
    callAudit,
    pending,
  ] = await Promise.all([
    from('abi/domain-id.js'),
    from('abi/heap-layout.js'),
    from('abi/thread-layout.js'),
    from('abi/record-layout.js'),
    from('abi/canonical.js'),
    from('shared-heap/heap.js'),
    from('shared-heap/shared-state.js'),
    from('shared-heap/types/type-registry.js'),
    from('shared-heap/types/type-table.js'),
    from('shared-heap/reclaimer.js'),
    from('shared-heap/audit/audit.js'),
    from('shared-heap/audit/census.js'),
    from('proxy/endpoint.js'),
    from('proxy/method-runtime.js'),
    from('proxy/settlement.js'),
    from('proxy/call-audit.js'),
    from('proxy/pending-call.js'),
  ]);
  const [domainTable, orphans, undertaker, schemaCheck, program] = await Promise.all([
    from('microkernel/domain-table.js'),
    from('microkernel/orphans.js'),
    from('microkernel/undertaker.js'),
    from('microkernel/schema-check.js'),
    from('microkernel/program.js'),
  ]);
  const seam = await from('abi/atomics.js');
  return {
    seam,
    ...ids,
    ...layout,
    ...threads,
    ...records,
    ...canonical,
    ...heap,
    ...shared,
    ...registry,
    ...typeTable,
    ...reclaimer,
    ...audit,
    ...census,
    ...endpoint,
    ...methods,
    ...settlement,
    ...callAudit,
    ...pending,
    ...domainTable,
    ...orphans,
    ...undertaker,
    ...schemaCheck,
    ...program,
  };
}

/** Trees of blocks of a quarter of a page, large blocks of two pages, and an interface that moves and lends them. */
function makeSchema(build) {
  const tree = { kind: 'rref', target: { kind: 'named', name: 'step.Tree' } };
  const wide = { kind: 'rref', target: { kind: 'named', name: 'step.Wide' } };
  const number = { kind: 'scalar', scalar: 'u32' };
  const pad = (words) => ({ kind: 'option', value: { kind: 'array', element: number, length: words } });
  const optional = (value) => ({ kind: 'option', value });
  const method = (name, param, type) => ({ name, params: [{ name: param, type }], returns: number, replayable: false });
  const schema = {
    package: 'step',
    structs: {
      'step.Tree': {
        name: 'step.Tree',
        fields: [
          { name: 'mark', type: number },
          { name: 'left', type: optional(tree) },
          { name: 'right', type: optional(tree) },
          { name: 'pad', type: pad(3900) },
        ],
      },
      'step.Wide': {
        name: 'step.Wide',
        fields: [
          { name: 'mark', type: number },
          { name: 'pad', type: pad(18_000) },
        ],
      },
    },
    enums: {},
    interfaces: {
      'step.Post': {
        name: 'step.Post',
        methods: [
          method('keep', 'tree', tree),
          method('keepWide', 'wide', wide),
          { ...method('look', 'tree', { ...tree, lent: true }), replayable: true },
          { ...method('swap', 'tree', tree), returns: tree },
        ],
      },
    },
  };
  for (const name of Object.keys(schema.structs)) schema.structs[name].id = build.typeId({ kind: 'named', name }, schema);
  for (const name of Object.keys(schema.interfaces)) schema.interfaces[name].id = build.typeId({ kind: 'interface', name }, schema);
  return schema;
}

export class World {
  /** For each actor the parts that outlast an execution. */
  lasting = [];
  /** For each actor what it knows of the types. */
  typesOf = [];

  constructor(build, memories, board, dirty, paranoid) {
    this.dirty = dirty;
    this.paranoid = paranoid;
    this.build = build;
    this.board = board;
    this.schema = makeSchema(build);
    this.tokens = Object.fromEntries(
      ['Tree', 'Wide'].map((name) => [name, { name: `step.${name}`, id: this.schema.structs[`step.${name}`].id, schema: this.schema }]),
    );
    this.raw = build.openShared(memories);
    this.shared = build.seam.setMemories(this.raw);
    /** Domain ids by actor. */
    this.ids = [build.domainId(2, 1), build.domainId(3, 1), build.domainId(4, 1), build.KERNEL_ID];
  }

  /** For the kernel, once: the type table. It stays as it is through all executions. */
  found() {
    this.build.TypeTable.initialise(this.raw);
    this.build.registerSchemas([this.schema], this.makeMember(b.KERNEL).registry);
    this.board[b.DIRTY_WORDS] = 0;
  }

  /** For the kernel: makes the memories as they were when they were new, types apart. */
  reset() {
    const { build, raw, board } = this;
    const { words, bytes } = raw.heapViews;
    const control = raw.controlViews.words;
    for (let page = raw.firstPage; page < raw.pages; page++) {
      if (board[b.DIRTY + page] === 0) continue;
      board[b.DIRTY + page] = 0;
      bytes.set(ZEROES, page * build.PAGE_BYTES);
    }
    const records = build.recordWord(0, raw.pages);
    for (let at = 0; at < board[b.DIRTY_WORDS]; at++) {
      const word = this.dirty[at] >> 1;
      if ((this.dirty[at] & 1) === b.HEAP) words[word] = 0;
      else if (word < records) control[word] = 0;
      // A call's data is written as bytes, which nobody notes.
      else if ((word - records) % build.RECORD_WORDS === build.R_STATE) control.fill(0, word, word + build.RECORD_WORDS);
      else control[word] = 0;
    }
    board[b.DIRTY_WORDS] = 0;
    for (let row = 0; row < 5; row++) {
      const at = build.threadRow(row);
      control[at + build.LIFE] = build.lifeWord(build.Life.Live, 1);
      control[at + build.X_QUOTA] = 1_000_000;
    }
  }

  /** The parts of one thread of the small world, new but for what no execution changes: the types as this thread knows them. */
  makeMember(actor) {
    const { build } = this;
    const id = this.ids[actor];
    const mayRegister = actor === b.KERNEL;
    const heap = new build.ThreadHeap(this.shared, id, { paranoid: this.paranoid, harden: () => {} });
    const known = (this.lasting[actor] ??= { heap, registry: new build.TypeRegistry(heap, mayRegister, () => {}) });
    // The types know the heap that they were built for: it gets the parts of a new one.
    Object.assign(known.heap, heap);
    const endpoint = new build.Endpoint(known.heap, known.registry, {
      isTrusted: mayRegister,
      capability: () => {},
      mapStack: (text) => () => text,
      die: () => {},
    });
    return { actor, id, heap: known.heap, registry: known.registry, endpoint };
  }

  methods(registry) {
    return this.build.MethodRuntime.all(this.schema.interfaces['step.Post'], this.schema, registry);
  }

  /** The kernel's own: what buries and what looks. */
  makeKernel() {
    const { build } = this;
    const member = this.makeMember(b.KERNEL);
    const table = new build.DomainTable(this.shared.controlViews.words);
    const reclaimer = new build.Reclaimer(member.heap);
    const settlement = new build.Settlement(member.endpoint.space, (block) => void member.heap.ownership.dropUncharged(block));
    settlement.isOwnedBy = (block, word) => member.heap.ownership.ownerWord(block) === word;
    const orphans = new build.Orphans(settlement, reclaimer);
    const undertaker = new build.Undertaker(member.endpoint.space, table, settlement, reclaimer, orphans, member.registry.table, member.heap.ownership);
    return { ...member, table, reclaimer, settlement, orphans, undertaker };
  }
}

const ZEROES = new Uint8Array(65536);
