import { type Device } from './device.js';
import { PositionLock } from './position-lock.js';
import { WriteBarrier } from './write-barrier.js';

/** Node's own way of doing what the kernel has no AIO for. */
export interface NodeMethods {
  read(view: ArrayBufferView, offset: number, length: number, position: number): Promise<unknown>;
  write(view: ArrayBufferView, offset: number, length: number, position: number): Promise<unknown>;
  readv(views: readonly ArrayBufferView[], position: number): Promise<object>;
  writev(views: readonly ArrayBufferView[], position: number): Promise<object>;
  sync(): Promise<unknown>;
  datasync(): Promise<unknown>;
}

interface OpenFileProperties {
  readonly fd: number;
  readonly device: Device;
  readonly regular: boolean;
  readonly direct: boolean;
  readonly append: boolean;
  readonly node: NodeMethods;
}

/**
 * What the engine knows of a file that is open: one for each handle.
 *
 * Among thousands each is cold when its turn comes, so what every read looks at stands together, first.
 */
export class OpenFile {
  readonly fd: number;
  readonly device: Device;
  /** Kernel AIO can't serve it, or it is being closed: Node does what is asked. */
  leftToNode = false;
  /** Opened with O_DIRECT. */
  readonly direct: boolean;
  /**
   * For how much the descriptor must stay open. Where the stack may end in between it is counted in line, for the call
   * of {@link OpenFile.end} may be one too many where that of {@link OpenFile.begin} was not.
   */
  underWay = 0;
  #whenIdle: (() => void)[] | null = null;
  /** Opened with O_APPEND: writes go to the end, whatever their position. */
  readonly append: boolean;
  /** It is in a file system; else it is a block device. */
  readonly regular: boolean;
  readonly writes: WriteBarrier = new WriteBarrier();
  readonly position: PositionLock;
  readonly node: NodeMethods;

  constructor({ fd, device, regular, direct, append, node }: OpenFileProperties) {
    this.fd = fd;
    this.device = device;
    this.direct = direct;
    this.append = append;
    this.regular = regular;
    this.node = node;
    this.position = new PositionLock(this);
  }

  /** Something is under way for which the descriptor must stay open. */
  begin(): void {
    this.underWay++;
  }

  end(): void {
    if (--this.underWay === 0 && this.#whenIdle !== null) this.becomeIdle();
  }

  /** Nothing is under way any more. */
  becomeIdle(): void {
    const callbacks = this.#whenIdle;
    if (callbacks === null) return;
    this.#whenIdle = null;
    for (const callback of callbacks) callback();
  }

  get idle(): boolean {
    return this.underWay === 0;
  }

  /** Calls back as soon as nothing is under way. */
  whenIdle(callback: () => void): void {
    if (this.idle) callback();
    else (this.#whenIdle ??= []).push(callback);
  }
}
