/** The parts of net-ping 1.2 and raw-socket 1.8 that the prober uses. */
declare module 'net-ping' {
  export interface EchoRequest {
    id: number;
    retries: number;
    timeout: number;
    target: string;
    callback(this: EchoRequest, error: Error | null): void;
  }
  export interface RawSocket {
    on(event: 'message', listener: (buffer: Buffer, source: string) => void): void;
    removeAllListeners(event: 'message'): void;
    setOption(level: number, option: number, value: number | Buffer, length?: number): void;
  }
  export interface Session {
    reqs: Record<number, EchoRequest | undefined>;
    socket: RawSocket;
    sessionId: number;
    toBuffer(request: EchoRequest): Buffer;
    onBeforeSocketSend(request: EchoRequest): void;
    /** A request number that is not in flight; undefined where all are. */
    _generateId(): number | undefined;
    reqQueue(request: EchoRequest): void;
    reqRemove(id: number): EchoRequest | undefined;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'close', listener: () => void): void;
    close(): void;
  }
  export interface SessionOptions {
    networkProtocol: number;
    packetSize: number;
    retries: number;
    sessionId: number;
    ttl: number;
  }
  interface NetPing {
    createSession(options: SessionOptions): Session;
    NetworkProtocol: { IPv4: number; IPv6: number };
  }
  const netPing: NetPing;
  export default netPing;
}

declare module 'raw-socket' {
  interface RawSocketModule {
    createChecksum(buffer: Buffer): number;
    writeChecksum(buffer: Buffer, offset: number, checksum: number): Buffer;
    SocketLevel: { SOL_SOCKET: number };
    SocketOption: { SO_RCVBUF: number; SO_SNDBUF: number };
  }
  const rawSocket: RawSocketModule;
  export default rawSocket;
}
