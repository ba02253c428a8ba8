/** The parts of net-ping 1.2 and raw-socket 1.8 that the prober uses; neither brings types of its own. */

/** raw-socket's binding: one system call a method, at once. Each throws an Error in the system's words. */
export interface RawSocketBinding {
  send(packet: Buffer, offset: number, length: number, address: string, done: (bytes: number) => void): void;
  /** One waiting packet into `buffer`; `take` is called before it returns. Throws where none is waiting. */
  recv(buffer: Buffer, take: (buffer: Buffer, bytes: number, source: string) => void): void;
  /** Answers the length of what was written into `value`. */
  getOption(level: number, option: number, value: Buffer, length: number): number;
  on(event: 'recvReady', listener: () => void): void;
  removeAllListeners(event: 'recvReady'): void;
}

export interface RawSocket {
  wrap: RawSocketBinding;
  setOption(level: number, option: number, value: number | Buffer, length?: number): void;
}

export interface NetPingSession {
  socket: RawSocket;
  sessionId: number;
  on(event: 'error', listener: (error: Error) => void): void;
  close(): void;
}

export interface NetPing {
  createSession(options: { networkProtocol: number; sessionId: number; ttl: number }): NetPingSession;
  NetworkProtocol: { IPv4: number; IPv6: number };
}

export interface RawSocketModule {
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
