/**
 * What the plugins of the documentation pipeline answer beside pages and links. Documents are lent to all of these, so a crash costs no document.
 *
 * Generated from pipeline.idl by `deciduous idl generate pipeline.idl --out FOLDER`. Do not edit: change pipeline.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from 'deciduous/schema';
import type { BoxedEnum, Bytes, CallOptions, InterfaceToken, Nominal, Provided, RRef, Reference, RpcResult, Schema, ShadowToken, TypeToken } from 'deciduous/schema';
import type * as document from './document.js';

export { Document, Page, Link, Heading, LinkNode, HeadingNode, LinkReport, Hit, CheckError, CheckErrorType, Renderer, LinkCollector, LinkCollectorShadow, WordIndex, WordIndexShadow, Check, CheckShadow } from './document.js';
export type { DocumentValue, PageValue, LinkValue, HeadingValue, LinkNodeValue, HeadingNodeValue, LinkReportValue, HitValue, RendererImpl, LinkCollectorImpl, WordIndexImpl, CheckImpl } from './document.js';

/**
 * A part of the search index as JSON text: what is in a domain's private heap leaves it as a copy.
 * As seen through a handle.
 */
export interface IndexPart extends Nominal<'pipeline.IndexPart'> {
  json: string;
}

/**
 * A part of the search index as JSON text: what is in a domain's private heap leaves it as a copy.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface IndexPartValue {
  readonly json: string;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Words extends Reference, Nominal<'pipeline.Words'> {
  /**
   * Adds a document's words, replacing what was known of the same path. Answers how many different words it has.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  add(document: RRef<document.Document>): RpcResult<number>;
  /**
   * The documents that hold `term`, best first.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param term copied
   * @returns moves: the caller's, to keep or to drop
   */
  search(term: string): RpcResult<RRef<document.Hit> | null>;
  /**
   * Different words known.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  size(): RpcResult<number>;
  /**
   * The paths of all documents, a JSON array; the parts name documents by their place in it.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @returns moves: the caller's, to keep or to drop
   */
  paths(): RpcResult<RRef<IndexPart>>;
  /**
   * Part `number` of the index, counted from 0: a JSON array of `[term, place, occurrences, place, occurrences, ...]`. None after the last.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param number copied
   * @returns moves: the caller's, to keep or to drop
   */
  part(number: number): RpcResult<RRef<IndexPart> | null>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    add(document: RRef<document.Document>, options?: CallOptions): Promise<RpcResult<number>>;
    search(term: string, options?: CallOptions): Promise<RpcResult<RRef<document.Hit> | null>>;
    size(options?: CallOptions): Promise<RpcResult<number>>;
    paths(options?: CallOptions): Promise<RpcResult<RRef<IndexPart>>>;
    part(number: number, options?: CallOptions): Promise<RpcResult<RRef<IndexPart> | null>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface WordsImpl extends Provided {
  /**
   * Adds a document's words, replacing what was known of the same path. Answers how many different words it has.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  add(document: RRef<document.Document>): number | Promise<number>;
  /**
   * The documents that hold `term`, best first.
   *
   * @param term copied
   * @returns moves: the caller's, to keep or to drop
   */
  search(term: string): RRef<document.Hit> | null | Promise<RRef<document.Hit> | null>;
  /** Different words known. */
  size(): number | Promise<number>;
  /**
   * The paths of all documents, a JSON array; the parts name documents by their place in it.
   *
   * @returns moves: the caller's, to keep or to drop
   */
  paths(): RRef<IndexPart> | Promise<RRef<IndexPart>>;
  /**
   * Part `number` of the index, counted from 0: a JSON array of `[term, place, occurrences, place, occurrences, ...]`. None after the last.
   *
   * @param number copied
   * @returns moves: the caller's, to keep or to drop
   */
  part(number: number): RRef<IndexPart> | null | Promise<RRef<IndexPart> | null>;
}

/** As seen through a handle. */
export interface Table extends Nominal<'pipeline.Table'> {
  columns: number;
  rows: number;
  /** Characters of the widest row, as it would be set. */
  width: number;
  next: RRef<Table> | null;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface TableValue {
  readonly columns: number;
  readonly rows: number;
  /** Characters of the widest row, as it would be set. */
  readonly width: number;
  readonly next: RRef<Table> | null;
}

/**
 * How a document is built.
 * As seen through a handle.
 */
export interface Structure extends Nominal<'pipeline.Structure'> {
  tableCount: number;
  /** How deep quotations nest. */
  quoteDepth: number;
  tables: RRef<Table> | null;
}

/**
 * How a document is built.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface StructureValue {
  readonly tableCount: number;
  /** How deep quotations nest. */
  readonly quoteDepth: number;
  readonly tables: RRef<Table> | null;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface StructureReader extends Reference, Nominal<'pipeline.StructureReader'> {
  /**
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  read(document: RRef<document.Document>): RpcResult<RRef<Structure>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    read(document: RRef<document.Document>, options?: CallOptions): Promise<RpcResult<RRef<Structure>>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface StructureReaderImpl extends Provided {
  /**
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  read(document: RRef<document.Document>): RRef<Structure> | Promise<RRef<Structure>>;
}

/** As seen through a handle. */
export interface Emphasis extends Nominal<'pipeline.Emphasis'> {
  strong: number;
  code: number;
  /** What is set in bold type, in per mille of the text. */
  boldShare: number;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface EmphasisValue {
  readonly strong: number;
  readonly code: number;
  /** What is set in bold type, in per mille of the text. */
  readonly boldShare: number;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface EmphasisCounter extends Reference, Nominal<'pipeline.EmphasisCounter'> {
  /**
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  count(document: RRef<document.Document>): RpcResult<RRef<Emphasis>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    count(document: RRef<document.Document>, options?: CallOptions): Promise<RpcResult<RRef<Emphasis>>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface EmphasisCounterImpl extends Provided {
  /**
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  count(document: RRef<document.Document>): RRef<Emphasis> | Promise<RRef<Emphasis>>;
}

/**
 * The beginning of a document, and how its lines are filled.
 * As seen through a handle.
 */
export interface Summary extends Nominal<'pipeline.Summary'> {
  text: string;
  wrappedLines: number;
  /** Bytes of the sketch of all lines. */
  sketchBytes: number;
}

/**
 * The beginning of a document, and how its lines are filled.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface SummaryValue {
  readonly text: string;
  readonly wrappedLines: number;
  /** Bytes of the sketch of all lines. */
  readonly sketchBytes: number;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Summariser extends Reference, Nominal<'pipeline.Summariser'> {
  /**
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  summarise(document: RRef<document.Document>): RpcResult<RRef<Summary>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    summarise(document: RRef<document.Document>, options?: CallOptions): Promise<RpcResult<RRef<Summary>>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface SummariserImpl extends Provided {
  /**
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  summarise(document: RRef<document.Document>): RRef<Summary> | Promise<RRef<Summary>>;
}

/**
 * Bytes of the thief's own.
 * As seen through a handle.
 */
export interface Loot extends Nominal<'pipeline.Loot'> {
  get data(): Bytes;
  set data(next: Bytes | Uint8Array);
}

/**
 * Bytes of the thief's own.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface LootValue {
  readonly data: Uint8Array;
}

export type Outcome = 'Refused' | 'NotThere' | 'Taken';
export const Outcome = Object.freeze({
  /** It threw. */
  Refused: 'Refused',
  /** What was reached for does not exist there. */
  NotThere: 'NotThere',
  /** It worked: something is open that should be closed. */
  Taken: 'Taken',
} as const);

/** As seen through a handle. */
export interface Attempt extends Nominal<'pipeline.Attempt'> {
  category: string;
  what: string;
  tried: number;
  outcome: Outcome;
  /** What was thrown, or what was got. */
  detail: string;
  next: RRef<Attempt> | null;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface AttemptValue {
  readonly category: string;
  readonly what: string;
  readonly tried: number;
  readonly outcome: Outcome;
  /** What was thrown, or what was got. */
  readonly detail: string;
  readonly next: RRef<Attempt> | null;
}

/**
 * What a domain serves that wants out.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Visitor extends Reference, Nominal<'pipeline.Visitor'> {
  /**
   * Answers how many attempts were made on this document.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  visit(document: RRef<document.Document>): RpcResult<number>;
  /**
   * Every attempt with its outcome, the worst outcome where it was made several times.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @returns moves: the caller's, to keep or to drop
   */
  confess(): RpcResult<RRef<Attempt> | null>;
  /**
   * Answers the document that it was only lent.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  smuggle(document: RRef<document.Document>): RpcResult<RRef<document.Document>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    visit(document: RRef<document.Document>, options?: CallOptions): Promise<RpcResult<number>>;
    confess(options?: CallOptions): Promise<RpcResult<RRef<Attempt> | null>>;
    smuggle(document: RRef<document.Document>, options?: CallOptions): Promise<RpcResult<RRef<document.Document>>>;
  };
}

/**
 * What a domain serves that wants out.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface VisitorImpl extends Provided {
  /**
   * Answers how many attempts were made on this document.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  visit(document: RRef<document.Document>): number | Promise<number>;
  /**
   * Every attempt with its outcome, the worst outcome where it was made several times.
   *
   * @returns moves: the caller's, to keep or to drop
   */
  confess(): RRef<Attempt> | null | Promise<RRef<Attempt> | null>;
  /**
   * Answers the document that it was only lent.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  smuggle(document: RRef<document.Document>): RRef<document.Document> | Promise<RRef<document.Document>>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'pipeline',
  reexports: {
    document: [
      'Document',
      'Page',
      'Link',
      'Heading',
      'LinkNode',
      'HeadingNode',
      'LinkReport',
      'Hit',
      'CheckError',
      'CheckErrorType',
      'Renderer',
      'LinkCollector',
      'LinkCollectorShadow',
      'WordIndex',
      'WordIndexShadow',
      'Check',
      'CheckShadow',
    ],
  },
  structs: {
    'document.Document': {
      name: 'document.Document',
      id: 'cccc85eafab96719d1517f60d9e52ec47a9f9a7e89b45bc63e8bcba58eb64e87',
      doc: 'A source text.',
      fields: [
        { name: 'path', type: { kind: 'string' }, doc: 'Relative to the folder that is published, with `/` between its parts.' },
        { name: 'source', type: { kind: 'string' } },
      ],
    },
    'document.Hit': {
      name: 'document.Hit',
      id: '3c66db097b8d0d4a1f70fcf3639673b2128b833108a57db126d301e353b2e9b3',
      doc: 'Where a term occurs.',
      fields: [
        { name: 'path', type: { kind: 'string' } },
        { name: 'title', type: { kind: 'string' } },
        { name: 'occurrences', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'next', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'document.Hit' } } } },
      ],
    },
    'pipeline.Attempt': {
      name: 'pipeline.Attempt',
      id: 'b7ede2c43658b3745c56af1522bf32c1a368632dd526227c3ba637faaf11b03e',
      fields: [
        { name: 'category', type: { kind: 'string' } },
        { name: 'what', type: { kind: 'string' } },
        { name: 'tried', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'outcome', type: { kind: 'named', name: 'pipeline.Outcome' } },
        { name: 'detail', type: { kind: 'string' }, doc: 'What was thrown, or what was got.' },
        { name: 'next', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Attempt' } } } },
      ],
    },
    'pipeline.Emphasis': {
      name: 'pipeline.Emphasis',
      id: '7e93de6b8dd0e3028478a6f16d1928489235485e916cf7cd9ea08bafba071159',
      fields: [
        { name: 'strong', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'code', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'boldShare', type: { kind: 'scalar', scalar: 'u32' }, doc: 'What is set in bold type, in per mille of the text.' },
      ],
    },
    'pipeline.IndexPart': {
      name: 'pipeline.IndexPart',
      id: '3f6261a2ea56342463d3ff917a7847448147bc31c6a06f3f38e33397684876eb',
      doc: "A part of the search index as JSON text: what is in a domain's private heap leaves it as a copy.",
      fields: [{ name: 'json', type: { kind: 'string' } }],
    },
    'pipeline.Loot': {
      name: 'pipeline.Loot',
      id: '2d3b0e467f299160dde7691a802982ebd008020be8eae2b707eb72b8e1e75cff',
      doc: "Bytes of the thief's own.",
      fields: [{ name: 'data', type: { kind: 'bytes' } }],
    },
    'pipeline.Structure': {
      name: 'pipeline.Structure',
      id: '3b9cd3a163cf9a9f14a19dc97035a559ade74d4f7961473e4096fab02dea864c',
      doc: 'How a document is built.',
      fields: [
        { name: 'tableCount', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'quoteDepth', type: { kind: 'scalar', scalar: 'u32' }, doc: 'How deep quotations nest.' },
        { name: 'tables', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Table' } } } },
      ],
    },
    'pipeline.Summary': {
      name: 'pipeline.Summary',
      id: '547d8b680fb161c48734dc8a77e5b0a52a54db8f3712e8a21a74d0c0542dd42b',
      doc: 'The beginning of a document, and how its lines are filled.',
      fields: [
        { name: 'text', type: { kind: 'string' } },
        { name: 'wrappedLines', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'sketchBytes', type: { kind: 'scalar', scalar: 'u32' }, doc: 'Bytes of the sketch of all lines.' },
      ],
    },
    'pipeline.Table': {
      name: 'pipeline.Table',
      id: '4840c49aa543dab7b94368cbc39a038c05eb1ada20fb4782614b8fb0ff5cdd88',
      fields: [
        { name: 'columns', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'rows', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'width', type: { kind: 'scalar', scalar: 'u32' }, doc: 'Characters of the widest row, as it would be set.' },
        { name: 'next', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Table' } } } },
      ],
    },
  },
  enums: {
    'pipeline.Outcome': {
      name: 'pipeline.Outcome',
      id: '17303118f99a8855df3d4d9f1094efa79c13321f37eb920c6d1253418e822f81',
      variants: [
        { name: 'Refused', doc: 'It threw.' },
        { name: 'NotThere', doc: 'What was reached for does not exist there.' },
        { name: 'Taken', doc: 'It worked: something is open that should be closed.' },
      ],
    },
  },
  interfaces: {
    'pipeline.EmphasisCounter': {
      name: 'pipeline.EmphasisCounter',
      id: '7ea9311a1da0d5359412c70fc4fd6e51e88f93a76270b2b3c620103ba32fbf26',
      recoverable: true,
      methods: [
        {
          name: 'count',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Emphasis' } },
          replayable: true,
        },
      ],
    },
    'pipeline.StructureReader': {
      name: 'pipeline.StructureReader',
      id: '8ce31977610f71b513655d1efc3ac134885e1cf268277dd9ef349e964fe6215d',
      recoverable: true,
      methods: [
        {
          name: 'read',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Structure' } },
          replayable: true,
        },
      ],
    },
    'pipeline.Summariser': {
      name: 'pipeline.Summariser',
      id: '796a85ba588e638df32f554850b575918af36eb4a78de05d4671b530b1063d39',
      recoverable: true,
      methods: [
        {
          name: 'summarise',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Summary' } },
          replayable: true,
        },
      ],
    },
    'pipeline.Visitor': {
      name: 'pipeline.Visitor',
      id: '4231d058824136fa2f5e3de4db27328ec379bb37c18b11ca239d1f6098e80044',
      doc: 'What a domain serves that wants out.',
      methods: [
        {
          name: 'visit',
          doc: 'Answers how many attempts were made on this document.',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        {
          name: 'confess',
          doc: 'Every attempt with its outcome, the worst outcome where it was made several times.',
          params: [],
          returns: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'pipeline.Attempt' } } },
          replayable: true,
        },
        {
          name: 'smuggle',
          doc: 'Answers the document that it was only lent.',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'document.Document' } },
          replayable: true,
        },
      ],
    },
    'pipeline.Words': {
      name: 'pipeline.Words',
      id: '2236e029786b17746834fb0f175337affa4d5be3e0864546858a36cd7cffc340',
      recoverable: true,
      methods: [
        {
          name: 'add',
          doc: "Adds a document's words, replacing what was known of the same path. Answers how many different words it has.",
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: true,
        },
        {
          name: 'search',
          doc: 'The documents that hold `term`, best first.',
          params: [{ name: 'term', type: { kind: 'string' } }],
          returns: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'document.Hit' } } },
          replayable: true,
        },
        { name: 'size', doc: 'Different words known.', params: [], returns: { kind: 'scalar', scalar: 'u32' }, replayable: true },
        {
          name: 'paths',
          doc: 'The paths of all documents, a JSON array; the parts name documents by their place in it.',
          params: [],
          returns: { kind: 'rref', target: { kind: 'named', name: 'pipeline.IndexPart' } },
          replayable: true,
        },
        {
          name: 'part',
          doc: 'Part `number` of the index, counted from 0: a JSON array of `[term, place, occurrences, place, occurrences, ...]`. None after the last.',
          params: [{ name: 'number', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'pipeline.IndexPart' } } },
          replayable: true,
        },
      ],
    },
  },
};

export const IndexPart: TypeToken<IndexPart, IndexPartValue> = typeToken(schema, 'pipeline.IndexPart');
export const Words: InterfaceToken<Words, WordsImpl> = interfaceToken(schema, 'pipeline.Words');
/** Asked for instead of Words, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const WordsShadow: ShadowToken<Words> = shadowToken(schema, 'pipeline.Words');
export const Table: TypeToken<Table, TableValue> = typeToken(schema, 'pipeline.Table');
export const Structure: TypeToken<Structure, StructureValue> = typeToken(schema, 'pipeline.Structure');
export const StructureReader: InterfaceToken<StructureReader, StructureReaderImpl> = interfaceToken(schema, 'pipeline.StructureReader');
/** Asked for instead of StructureReader, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const StructureReaderShadow: ShadowToken<StructureReader> = shadowToken(schema, 'pipeline.StructureReader');
export const Emphasis: TypeToken<Emphasis, EmphasisValue> = typeToken(schema, 'pipeline.Emphasis');
export const EmphasisCounter: InterfaceToken<EmphasisCounter, EmphasisCounterImpl> = interfaceToken(schema, 'pipeline.EmphasisCounter');
/** Asked for instead of EmphasisCounter, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const EmphasisCounterShadow: ShadowToken<EmphasisCounter> = shadowToken(schema, 'pipeline.EmphasisCounter');
export const Summary: TypeToken<Summary, SummaryValue> = typeToken(schema, 'pipeline.Summary');
export const Summariser: InterfaceToken<Summariser, SummariserImpl> = interfaceToken(schema, 'pipeline.Summariser');
/** Asked for instead of Summariser, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const SummariserShadow: ShadowToken<Summariser> = shadowToken(schema, 'pipeline.Summariser');
export const Loot: TypeToken<Loot, LootValue> = typeToken(schema, 'pipeline.Loot');
/** The token of enum Outcome, for `alloc`; its handle has one field, `value`. */
export const OutcomeType: TypeToken<BoxedEnum<'pipeline.Outcome', Outcome>, Outcome> = typeToken(schema, 'pipeline.Outcome');
export const Attempt: TypeToken<Attempt, AttemptValue> = typeToken(schema, 'pipeline.Attempt');
export const Visitor: InterfaceToken<Visitor, VisitorImpl> = interfaceToken(schema, 'pipeline.Visitor');
