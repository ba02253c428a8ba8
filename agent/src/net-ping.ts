/** The parts of net-ping 1.2 and raw-socket 1.8 that the prober uses; neither brings types of its own. */

export interface EchoRequest {
  id: number;
  retries: number;
  timeout: number;
  target: string;
  /** Called as a method of its request. */
  callback(this: EchoRequest, error: Error | null): void;
}

export interface RawSocket {
  on(event: 'message', listener: (packet: Buffer, source: string) => void): void;
  removeAllListeners(event: 'message'): void;
  setOption(level: number, option: number, value: number | Buffer, length?: number): void;
}

export interface NetPingSession {
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
  close(): void;
}

export interface NetPing {
  createSession(options: {
    networkProtocol: number;
    packetSize: number;
    retries: number;
    sessionId: number;
    ttl: number;
  }): NetPingSession;
  NetworkProtocol: { IPv4: number; IPv6: number };
}

export interface RawSocketModule {
  createChecksum(packet: Buffer): number;
  writeChecksum(packet: Buffer, offset: number, checksum: number): Buffer;
  SocketLevel: { SOL_SOCKET: number };
  SocketOption: { SO_RCVBUF: number; SO_SNDBUF: number };
}

export interface NetPingModules {
  netPing: NetPing;
  rawSocket: RawSocketModule;
}

const load = async (name: string): Promise<unknown> => {
  const module = (await import(name)) as { default: unknown };
  return module.default;
};

/**
 * Both are optional, since they need a C toolchain when the agent is installed: named at run time only.
 * @throws Error where they are not installed.
 */
export const loadNetPing = async (): Promise<NetPingModules> => ({
  netPing: (await load('net-ping')) as NetPing,
  rawSocket: (await load('raw-socket')) as RawSocketModule,
});
