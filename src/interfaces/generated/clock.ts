/**
 * The time of day, which a domain knows only where it was granted.
 *
 * Generated from clock.idl by `deciduous idl generate clock.idl --out FOLDER`. Do not edit: change clock.idl and generate again.
 */
import { interfaceToken, shadowToken } from '../../abi/schema-tokens.js';
import type { CallOptions, InterfaceToken, Nominal, Provided, Reference, RpcResult, Schema, ShadowToken } from '../../abi/schema-tokens.js';

/**
 * Recoverable: every method may be issued again after a crash.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Clock extends Reference, Nominal<'clock.Clock'> {
  /**
   * Milliseconds since 1970-01-01T00:00:00Z.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   */
  now(): RpcResult<number>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    now(options?: CallOptions): Promise<RpcResult<number>>;
  };
}

/** The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain. */
export interface ClockImpl extends Provided {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number | Promise<number>;
}

/**
 * Provided by whoever sets an alarm.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Alarm extends Reference, Nominal<'clock.Alarm'> {
  /**
   * Its time has come. `missed` counts the times before this one at which it could not be told, because it was still being told of an earlier one or its mailbox was full.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param id copied
   * @param missed copied
   */
  rang(id: number, missed: number): RpcResult<void>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    rang(id: number, missed: number, options?: CallOptions): Promise<RpcResult<void>>;
  };
}

/**
 * Provided by whoever sets an alarm.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface AlarmImpl extends Provided {
  /**
   * Its time has come. `missed` counts the times before this one at which it could not be told, because it was still being told of an earlier one or its mailbox was full.
   *
   * @param id copied
   * @param missed copied
   */
  rang(id: number, missed: number): void | Promise<void>;
}

/**
 * Alarms that the kernel keeps for a domain, until it cancels them or dies, or until nobody can be told any more.
 * The callers' side: each method blocks until the call has ended.
 */
export interface Alarms extends Reference, Nominal<'clock.Alarms'> {
  /**
   * Rings after so many milliseconds, and then every `everyMs`, or once where that is 0. Answers its number.
   *
   * Not replayable: sink passes an interface reference, which the first attempt may have used or kept.
   *
   * @param afterMs copied
   * @param everyMs copied
   * @param sink a capability: the callee may call it until it drops it
   */
  set(afterMs: number, everyMs: number, sink: Alarm | AlarmImpl): RpcResult<number>;
  /**
   * Answers whether the caller had such an alarm.
   *
   * Replayable: nothing moves into the call, so it may be issued again after a crash.
   *
   * @param id copied
   */
  cancel(id: number): RpcResult<boolean>;
  /** The same methods as promises, which never block the thread. */
  readonly async: {
    set(afterMs: number, everyMs: number, sink: Alarm | AlarmImpl, options?: CallOptions): Promise<RpcResult<number>>;
    cancel(id: number, options?: CallOptions): Promise<RpcResult<boolean>>;
  };
}

/**
 * Alarms that the kernel keeps for a domain, until it cancels them or dies, or until nobody can be told any more.
 * The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain.
 */
export interface AlarmsImpl extends Provided {
  /**
   * Rings after so many milliseconds, and then every `everyMs`, or once where that is 0. Answers its number.
   *
   * @param afterMs copied
   * @param everyMs copied
   * @param sink a capability: the callee may call it until it drops it
   */
  set(afterMs: number, everyMs: number, sink: Alarm): number | Promise<number>;
  /**
   * Answers whether the caller had such an alarm.
   *
   * @param id copied
   */
  cancel(id: number): boolean | Promise<boolean>;
}

/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */
const schema: Schema = {
  package: 'clock',
  structs: {},
  enums: {},
  interfaces: {
    'clock.Alarm': {
      name: 'clock.Alarm',
      id: '76b0a3347610994fa18d760f76aef3f5688070bd624539b7032f62b556946bf1',
      doc: 'Provided by whoever sets an alarm.',
      methods: [
        {
          name: 'rang',
          doc: 'Its time has come. `missed` counts the times before this one at which it could not be told, because it was still being told of an earlier one or its mailbox was full.',
          params: [{ name: 'id', type: { kind: 'scalar', scalar: 'u32' } }, { name: 'missed', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'void' },
          replayable: true,
        },
      ],
    },
    'clock.Alarms': {
      name: 'clock.Alarms',
      id: '7d3cce840be36ed759828fa19f070f82107f44a37c23d6eecabd9fd45d9fa729',
      doc: 'Alarms that the kernel keeps for a domain, until it cancels them or dies, or until nobody can be told any more.',
      methods: [
        {
          name: 'set',
          doc: 'Rings after so many milliseconds, and then every `everyMs`, or once where that is 0. Answers its number.',
          params: [
            { name: 'afterMs', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'everyMs', type: { kind: 'scalar', scalar: 'u32' } },
            { name: 'sink', type: { kind: 'interface', name: 'clock.Alarm' } },
          ],
          returns: { kind: 'scalar', scalar: 'u32' },
          replayable: false,
          notReplayableBecause: '`sink` passes an interface reference, which the first attempt may have used or kept',
        },
        {
          name: 'cancel',
          doc: 'Answers whether the caller had such an alarm.',
          params: [{ name: 'id', type: { kind: 'scalar', scalar: 'u32' } }],
          returns: { kind: 'scalar', scalar: 'bool' },
          replayable: true,
        },
      ],
    },
    'clock.Clock': {
      name: 'clock.Clock',
      id: 'ba969c097a905a9a89e76a04a53d92f2f8fb392cb6395536b91c61ec83d6a3f8',
      recoverable: true,
      methods: [
        {
          name: 'now',
          doc: 'Milliseconds since 1970-01-01T00:00:00Z.',
          params: [],
          returns: { kind: 'scalar', scalar: 'f64' },
          replayable: true,
        },
      ],
    },
  },
};

export const Clock: InterfaceToken<Clock, ClockImpl> = interfaceToken(schema, 'clock.Clock');
/** Asked for instead of Clock, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */
export const ClockShadow: ShadowToken<Clock> = shadowToken(schema, 'clock.Clock');
export const Alarm: InterfaceToken<Alarm, AlarmImpl> = interfaceToken(schema, 'clock.Alarm');
export const Alarms: InterfaceToken<Alarms, AlarmsImpl> = interfaceToken(schema, 'clock.Alarms');
