/**
 * A documentation pipeline whose steps are plug-ins: each works on documents and trusts no other step.
 *
 * Generated from document.idl by `deciduous idl generate document.idl --out FOLDER`. Do not edit: change document.idl and generate again.
 */
import { interfaceToken, shadowToken, typeToken } from 'deciduous/schema';
import type { BoxedEnum, CallOptions, InterfaceToken, Nominal, Provided, RRef, Reference, Result, RpcResult, Schema, ShadowToken, TypeToken } from 'deciduous/schema';

/**
 * A source text.
 * As seen through a handle.
 */
export interface Document extends Nominal<'document.Document'> {
  /** Relative to the folder that is published, with `/` between its parts. */
  path: string;
  source: string;
}

/**
 * A source text.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface DocumentValue {
  /** Relative to the folder that is published, with `/` between its parts. */
  readonly path: string;
  readonly source: string;
}

/**
 * A page ready to be published.
 * As seen through a handle.
 */
export interface Page extends Nominal<'document.Page'> {
  path: string;
  title: string;
  html: string;
}

/**
 * A page ready to be published.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface PageValue {
  readonly path: string;
  readonly title: string;
  readonly html: string;
}

/** As seen through a handle. */
export interface Link extends Nominal<'document.Link'> {
  text: string;
  href: string;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface LinkValue {
  readonly text: string;
  readonly href: string;
}

/** As seen through a handle. */
export interface Heading extends Nominal<'document.Heading'> {
  /** 1 to 6. */
  level: number;
  text: string;
  anchor: string;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface HeadingValue {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

/** As seen through a handle. */
export interface LinkNode extends Nominal<'document.LinkNode'> {
  link: LinkValue;
  next: RRef<LinkNode> | null;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface LinkNodeValue {
  readonly link: LinkValue;
  readonly next: RRef<LinkNode> | null;
}

/** As seen through a handle. */
export interface HeadingNode extends Nominal<'document.HeadingNode'> {
  heading: HeadingValue;
  next: RRef<HeadingNode> | null;
}

/** The plain value: what `alloc` takes, and what is passed by value. */
export interface HeadingNodeValue {
  readonly heading: HeadingValue;
  readonly next: RRef<HeadingNode> | null;
}

/**
 * What a document refers to and what can be referred to in it, in the order of the text.
 * As seen through a handle.
 */
export interface LinkReport extends Nominal<'document.LinkReport'> {
  path: string;
  linkCount: number;
  headingCount: number;
  links: RRef<LinkNode> | null;
  headings: RRef<HeadingNode> | null;
}

/**
 * What a document refers to and what can be referred to in it, in the order of the text.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface LinkReportValue {
  readonly path: string;
  readonly linkCount: number;
  readonly headingCount: number;
  readonly links: RRef<LinkNode> | null;
  readonly headings: RRef<HeadingNode> | null;
}

/**
 * Where a term occurs.
 * As seen through a handle.
 */
export interface Hit extends Nominal<'document.Hit'> {
  path: string;
  title: string;
  occurrences: number;
  next: RRef<Hit> | null;
}

/**
 * Where a term occurs.
 * The plain value: what `alloc` takes, and what is passed by value.
 */
export interface HitValue {
  readonly path: string;
  readonly title: string;
  readonly occurrences: number;
  readonly next: RRef<Hit> | null;
}

export type CheckError = 'Unreadable' | 'RuleBroken' | 'TooLong';
export const CheckError = Object.freeze({
  /** The document cannot be read at all. */
  Unreadable: 'Unreadable',
  /** A rule is broken. */
  RuleBroken: 'RuleBroken',
  /** The document is longer than the check accepts. */
  TooLong: 'TooLong',
} as const);

/**
 * Turns a document into a page. The document is consumed, so that a long one is never there twice.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Renderer extends Reference, Nominal<'document.Renderer'> {
  /**
   * Not replayable: document moves, and the callee may have consumed it before it died.
   *
   * @param document moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  render(document: RRef<Document>): RpcResult<RRef<Page>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    render(document: RRef<Document>, options?: CallOptions): Promise<RpcResult<RRef<Page>>>;
  };
}

/**
 * Turns a document into a page. The document is consumed, so that a long one is never there twice.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface RendererImpl extends Provided {
  /**
   * @param document moves: the callee's from the start of the call on; a call that never started gives it back
   * @returns moves: the caller's, to keep or to drop
   */
  render(document: RRef<Document>): RRef<Page> | Promise<RRef<Page>>;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface LinkCollector extends Reference, Nominal<'document.LinkCollector'> {
  /**
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  collect(document: RRef<Document>): RpcResult<RRef<LinkReport>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    collect(document: RRef<Document>, options?: CallOptions): Promise<RpcResult<RRef<LinkReport>>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface LinkCollectorImpl extends Provided {
  /**
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   * @returns moves: the caller's, to keep or to drop
   */
  collect(document: RRef<Document>): RRef<LinkReport> | Promise<RRef<LinkReport>>;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface WordIndex extends Reference, Nominal<'document.WordIndex'> {
  /**
   * Adds a document's words, replacing what was known of the same path. Answers how many different words it has.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  add(document: RRef<Document>): RpcResult<number>;
  /**
   * The documents that hold `term`, best first.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param term copied
   * @returns moves: the caller's, to keep or to drop
   */
  search(term: string): RpcResult<RRef<Hit> | null>;
  /**
   * Different words known.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  size(): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    add(document: RRef<Document>, options?: CallOptions): Promise<RpcResult<number>>;
    search(term: string, options?: CallOptions): Promise<RpcResult<RRef<Hit> | null>>;
    size(options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface WordIndexImpl extends Provided {
  /**
   * Adds a document's words, replacing what was known of the same path. Answers how many different words it has.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  add(document: RRef<Document>): number | Promise<number>;
  /**
   * The documents that hold `term`, best first.
   *
   * @param term copied
   * @returns moves: the caller's, to keep or to drop
   */
  search(term: string): RRef<Hit> | null | Promise<RRef<Hit> | null>;
  /** Different words known. */
  size(): number | Promise<number>;
}

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Check extends Reference, Nominal<'document.Check'> {
  /**
   * How many remarks the check has on a document that is fit to be published.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  check(document: RRef<Document>): RpcResult<Result<number, CheckError>>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    check(document: RRef<Document>, options?: CallOptions): Promise<RpcResult<Result<number, CheckError>>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface CheckImpl extends Provided {
  /**
   * How many remarks the check has on a document that is fit to be published.
   *
   * @param document lent: it stays the caller's; nobody may change it until the call has ended
   */
  check(document: RRef<Document>): Result<number, CheckError> | Promise<Result<number, CheckError>>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'document',
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
    'document.Heading': {
      name: 'document.Heading',
      id: 'f4af0364985a4b53e353d565d1ce09d06002be6befb1a5d06fae2d183ff506d9',
      fields: [
        { name: 'level', type: { kind: 'scalar', scalar: 'u8' }, doc: '1 to 6.' },
        { name: 'text', type: { kind: 'string' } },
        { name: 'anchor', type: { kind: 'string' } },
      ],
    },
    'document.HeadingNode': {
      name: 'document.HeadingNode',
      id: 'd2bcaa05c628d7bc754f227f85f37fba7628c29334bef0f34203d657fa97b73b',
      fields: [
        { name: 'heading', type: { kind: 'named', name: 'document.Heading' } },
        {
          name: 'next',
          type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'document.HeadingNode' } } },
        },
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
    'document.Link': {
      name: 'document.Link',
      id: 'cd44e1194ad6c6b22dccedc179f7c25699737f9738d68318b729338fbc13dd29',
      fields: [{ name: 'text', type: { kind: 'string' } }, { name: 'href', type: { kind: 'string' } }],
    },
    'document.LinkNode': {
      name: 'document.LinkNode',
      id: '4985d6883167a4cbb400eb33dc5123442e775532e445f3decdd094bbed401b10',
      fields: [
        { name: 'link', type: { kind: 'named', name: 'document.Link' } },
        { name: 'next', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'document.LinkNode' } } } },
      ],
    },
    'document.LinkReport': {
      name: 'document.LinkReport',
      id: 'c64318f538b9d07df6c60929ccc9e4c371d2ab9300c3df62ad6b13c4fe94797e',
      doc: 'What a document refers to and what can be referred to in it, in the order of the text.',
      fields: [
        { name: 'path', type: { kind: 'string' } },
        { name: 'linkCount', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'headingCount', type: { kind: 'scalar', scalar: 'u32' } },
        { name: 'links', type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'document.LinkNode' } } } },
        {
          name: 'headings',
          type: { kind: 'option', value: { kind: 'rref', target: { kind: 'named', name: 'document.HeadingNode' } } },
        },
      ],
    },
    'document.Page': {
      name: 'document.Page',
      id: '011948dc8c40a31968cc0f5f129e09ffe090942de2371c05ce3e3725879cb3b9',
      doc: 'A page ready to be published.',
      fields: [
        { name: 'path', type: { kind: 'string' } },
        { name: 'title', type: { kind: 'string' } },
        { name: 'html', type: { kind: 'string' } },
      ],
    },
  },
  enums: {
    'document.CheckError': {
      name: 'document.CheckError',
      id: '21587195c90697719f58e772536228bed3211070c3d0a83eabfd2c18c9a42998',
      variants: [
        { name: 'Unreadable', doc: 'The document cannot be read at all.' },
        { name: 'RuleBroken', doc: 'A rule is broken.' },
        { name: 'TooLong', doc: 'The document is longer than the check accepts.' },
      ],
    },
  },
  interfaces: {
    'document.Check': {
      name: 'document.Check',
      id: 'bcf2fda36d3c10e8a27989577f87c1d778e8557deb7c6b711d4c6abf22c3ce92',
      recoverable: true,
      methods: [
        {
          name: 'check',
          doc: 'How many remarks the check has on a document that is fit to be published.',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'result', ok: { kind: 'scalar', scalar: 'u32' }, err: { kind: 'named', name: 'document.CheckError' } },
          replayable: true,
        },
      ],
    },
    'document.LinkCollector': {
      name: 'document.LinkCollector',
      id: '5f050500a1385ef686129756a825a2bbaa8e37e1f4bd5db11e8b6eb2de5ab864',
      recoverable: true,
      methods: [
        {
          name: 'collect',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' }, lent: true } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'document.LinkReport' } },
          replayable: true,
        },
      ],
    },
    'document.Renderer': {
      name: 'document.Renderer',
      id: 'e3266ffdc3b7747de488bf6e47d24d9e1590592b9e7dd2780b63ce62c37e752c',
      doc: 'Turns a document into a page. The document is consumed, so that a long one is never there twice.',
      methods: [
        {
          name: 'render',
          params: [{ name: 'document', type: { kind: 'rref', target: { kind: 'named', name: 'document.Document' } } }],
          returns: { kind: 'rref', target: { kind: 'named', name: 'document.Page' } },
          replayable: false,
          notReplayableBecause: '`document` moves, and the callee may have consumed it before it died',
        },
      ],
    },
    'document.WordIndex': {
      name: 'document.WordIndex',
      id: '4d26d84f1d422ee1c7dcce4029317b0b316ae09eb543002dcba4efc900294060',
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
      ],
    },
  },
};

export const Document: TypeToken<Document, DocumentValue> = typeToken(schema, 'document.Document');
export const Page: TypeToken<Page, PageValue> = typeToken(schema, 'document.Page');
export const Link: TypeToken<Link, LinkValue> = typeToken(schema, 'document.Link');
export const Heading: TypeToken<Heading, HeadingValue> = typeToken(schema, 'document.Heading');
export const LinkNode: TypeToken<LinkNode, LinkNodeValue> = typeToken(schema, 'document.LinkNode');
export const HeadingNode: TypeToken<HeadingNode, HeadingNodeValue> = typeToken(schema, 'document.HeadingNode');
export const LinkReport: TypeToken<LinkReport, LinkReportValue> = typeToken(schema, 'document.LinkReport');
export const Hit: TypeToken<Hit, HitValue> = typeToken(schema, 'document.Hit');
/** The token of enum CheckError, for `alloc`; its handle has one field, `value`. */
export const CheckErrorType: TypeToken<BoxedEnum<'document.CheckError', CheckError>, CheckError> = typeToken(schema, 'document.CheckError');
export const Renderer: InterfaceToken<Renderer, RendererImpl> = interfaceToken(schema, 'document.Renderer');
export const LinkCollector: InterfaceToken<LinkCollector, LinkCollectorImpl> = interfaceToken(schema, 'document.LinkCollector');
/** Asked for instead of LinkCollector, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const LinkCollectorShadow: ShadowToken<LinkCollector> = shadowToken(schema, 'document.LinkCollector');
export const WordIndex: InterfaceToken<WordIndex, WordIndexImpl> = interfaceToken(schema, 'document.WordIndex');
/** Asked for instead of WordIndex, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const WordIndexShadow: ShadowToken<WordIndex> = shadowToken(schema, 'document.WordIndex');
export const Check: InterfaceToken<Check, CheckImpl> = interfaceToken(schema, 'document.Check');
/** Asked for instead of Check, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const CheckShadow: ShadowToken<Check> = shadowToken(schema, 'document.Check');
