import { AsyncResource } from 'node:async_hooks';
import * as http from 'node:http';
import { Duplex } from 'node:stream';

/**
 * An HTTP agent that connects to a server in this process without a socket: what one end writes the other end
 * reads, in memory. HTTP itself is spoken in full. It is faster than the loopback interface, and unlike the operating
 * system it has no order of its own. Any number of connections, kept alive as long as the agent.
 */
export class MemoryAgent extends http.Agent {
  // The server's code runs in the context of whoever made the agent, not in that of the first client.
  private readonly scope = new AsyncResource('MemoryAgent');

  /** Without a server its connections are never answered. */
  constructor(private readonly server?: http.Server) {
    super({ keepAlive: true, maxFreeSockets: Number.POSITIVE_INFINITY });
  }

  /** https://nodejs.org/api/http.html#agentcreateconnectionoptions-callback */
  override createConnection(): Duplex {
    const client = new MemorySocket();
    // https://nodejs.org/api/http.html#event-connection
    this.scope.runInAsyncScope(() => {
      this.server?.emit('connection', new MemorySocket(client));
    });
    return client;
  }

  /** Such connections neither end by themselves nor keep the process alive. */
  override keepSocketAlive(socket: Duplex): boolean {
    if (socket instanceof MemorySocket) socket.setTimeout(0);
    return true;
  }
}

/** One end of a connection, with those members of a `net.Socket` that HTTP clients use. */
class MemorySocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  private peer: MemorySocket | undefined;
  private readonly scope = new AsyncResource('MemorySocket');
  private release: (() => void) | undefined;
  private readonly isClient: boolean;
  private idleTimer: NodeJS.Timeout | undefined;
  private idleLimit = 0;

  constructor(client?: MemorySocket) {
    super();
    this.isClient = client === undefined;
    this.peer = client;
    if (client !== undefined) client.peer = this;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { peer } = this;
    this.touch();
    if (peer === undefined || peer.destroyed || chunk.length === 0) return done();
    // Done when the other end asks for more: back pressure.
    peer.release = () => this.scope.runInAsyncScope(done);
    peer.receive(chunk);
  }

  override _read(): void {
    const { release } = this;
    this.release = undefined;
    release?.();
  }

  override _final(done: () => void): void {
    this.peer?.receive(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.idleTimer);
    const { peer } = this;
    this.peer = undefined;
    this._read();
    if (peer !== undefined)
      process.nextTick(() => peer.scope.runInAsyncScope(() => peer.destroy()));
    done(error);
  }

  /**
   * Inactivity, as of a `net.Socket`, but in the time of whoever set it. The server's end has none: it would close
   * idle connections at a time that depends on nothing the code does.
   */
  setTimeout(milliseconds: number, listener?: () => void): this {
    if (!this.isClient) return this;
    this.idleLimit = milliseconds;
    if (listener !== undefined) {
      if (milliseconds === 0) this.removeListener('timeout', listener);
      else this.once('timeout', listener);
    }
    this.touch();
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  private receive(chunk: Buffer | null): void {
    this.scope.runInAsyncScope(() => {
      this.touch();
      this.push(chunk);
    });
  }

  private touch(): void {
    clearTimeout(this.idleTimer);
    this.idleTimer =
      this.idleLimit > 0 ? setTimeout(() => this.emit('timeout'), this.idleLimit) : undefined;
  }
}
