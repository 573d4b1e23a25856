/** The machine: a medium, its driver, a file system on the driver's shadow, and the file system's own shadow for the client. */
import { fileURLToPath } from 'node:url';
import type { DomainHandle, KernelHandle } from 'deciduous';
import { type Leaf, packExtension } from 'deciduous/pack';
import { FileMedium } from './file-medium.js';
import { BlockDevice, BlockDeviceShadow } from './generated/block.js';
import { Fault, FilesShadow, type Files } from './generated/recovery.js';

/** Where the blocks are: in a domain of their own that does not crash, in a file of the host, or with the device itself, which keeps them through its crashes. */
export type MediumKind = 'memory' | 'file' | 'kept';
/** Who crashes. */
export type Whom = 'device' | 'files' | 'both';

/** Crashes are what this is about: whoever crashes is started again, however often. */
const RESTART = { when: 'on-crash', intensity: 100_000, periodMs: 1000, rebind: true } as const;

const leaves = new Map<string, Promise<Leaf>>();
function leaf(name: string): Promise<Leaf> {
  const built = leaves.get(name) ?? packExtension(fileURLToPath(new URL(`domains/${name}.ts`, import.meta.url)));
  leaves.set(name, built);
  return built;
}

interface Medium {
  readonly device: BlockDevice;
  close(): Promise<void> | void;
}

async function inMemory(kernel: KernelHandle): Promise<Medium> {
  const domain = await kernel.load(await leaf('memory'), { name: 'medium' });
  return { device: domain.get(BlockDevice), close: () => domain.unload() };
}

function onFile(kernel: KernelHandle): Medium {
  const file = new FileMedium();
  const device = kernel.provide(BlockDevice, file.implementation(kernel));
  return {
    device,
    close() {
      kernel.revoke(device);
      file.close();
    },
  };
}

export class Rig {
  private constructor(
    readonly kernel: KernelHandle,
    readonly device: BlockDevice,
    readonly files: Files,
    readonly driver: DomainHandle,
    readonly fileSystem: DomainHandle,
    private readonly medium: Medium | null,
  ) {}

  /** `standby`: whether driver and file system each have a thread that waits to be their next life. */
  static async open(kernel: KernelHandle, kind: MediumKind, standby = true): Promise<Rig> {
    const restart = { ...RESTART, standby };
    const medium = kind === 'kept' ? null : kind === 'file' ? onFile(kernel) : await inMemory(kernel);
    const driver =
      medium === null
        ? await kernel.load(await leaf('keeper'), { name: 'driver', restart, limits: { sharedHeapBytes: 16 * 2 ** 20 } })
        : await kernel.load(await leaf('driver'), { name: 'driver', grant: { medium: medium.device }, restart });
    const device = driver.get(BlockDeviceShadow);
    const fileSystem = await kernel.load(await leaf('files'), { name: 'files', grant: { device }, restart });
    return new Rig(kernel, device, fileSystem.get(FilesShadow), driver, fileSystem, medium);
  }

  /** Arms the defects of whoever is to crash. False where one of them is between two lives. */
  async arm(whom: Whom, moment: 'Before' | 'After'): Promise<boolean> {
    const domains = whom === 'device' ? [this.driver] : whom === 'files' ? [this.fileSystem] : [this.driver, this.fileSystem];
    const answers = await Promise.all(domains.map((domain) => domain.get(Fault).async.arm(moment)));
    return answers.every(({ ok }) => ok);
  }

  /** Ends the domains, those who call before those who are called, and removes the medium's file. */
  async close(): Promise<void> {
    for (const domain of [this.fileSystem, this.driver]) await domain.unload();
    await this.medium?.close();
  }
}
