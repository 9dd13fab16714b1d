import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Recorder } from './recorder.js';
import type { Distribution } from './sample.js';

const MILLISECOND = 1;
const PERCENT_999 = 99.9;

/** A timer of a millisecond, again and again, and how late it comes; and a `setImmediate` from each. */
class TimerProbe {
  readonly timer = new Recorder();
  readonly immediate = new Recorder();
  #whenLast: (() => void) | undefined;

  start(): void {
    const due = performance.now() + MILLISECOND;
    setTimeout(() => {
      const now = performance.now();
      this.timer.record(Math.max(0, now - due));
      setImmediate(() => {
        this.immediate.record(performance.now() - now);
        this.#whenLast?.();
      });
      if (this.#whenLast === undefined) this.start();
    }, MILLISECOND);
  }

  /** Waits for the timer that is set: it may be the latest of all. */
  stop(): Promise<void> {
    return new Promise((resolve) => (this.#whenLast = resolve));
  }
}

/** One byte to a server on loopback, in this process, and back; again at once. */
class EchoProbe {
  readonly echo = new Recorder();
  readonly #server = createServer((socket) => {
    socket.setNoDelay(true).on('data', (data) => socket.write(data));
    socket.on('error', () => undefined);
  });
  #client: Socket | undefined;

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1').setNoDelay(true);
    this.#client = client;
    await once(client, 'connect');
    let sentAt = performance.now();
    client.on('data', () => {
      this.echo.record(performance.now() - sentAt);
      setTimeout(() => {
        sentAt = performance.now();
        if (!client.destroyed) client.write('.');
      }, MILLISECOND);
    });
    client.write('.');
  }

  stop(): void {
    this.#client?.destroy();
    this.#server.close();
  }
}

/** How the loop fared, in milliseconds. */
interface Watched {
  readonly distributions: Readonly<Record<string, Distribution>>;
  readonly figures: Readonly<Record<string, number>>;
}

/** Watches how punctually this process's event loop serves timers, immediates and sockets. */
export class LoopProbes {
  readonly #timers = new TimerProbe();
  readonly #echo = new EchoProbe();
  readonly #delay = monitorEventLoopDelay({ resolution: MILLISECOND });

  async start(): Promise<void> {
    await this.#echo.start();
    this.#timers.start();
    this.#delay.enable();
  }

  async stop(): Promise<Watched> {
    await this.#timers.stop();
    this.#delay.disable();
    this.#echo.stop();
    return {
      distributions: {
        timer: this.#timers.timer.distribution,
        immediate: this.#timers.immediate.distribution,
        echo: this.#echo.echo.distribution,
      },
      figures: {
        loopDelayP999Ms: this.#delay.percentile(PERCENT_999) / 1e6,
        loopDelayMaxMs: this.#delay.max / 1e6,
      },
    };
  }
}
