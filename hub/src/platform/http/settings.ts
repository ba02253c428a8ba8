/** What the HTTP part needs of the configuration. */
export interface HttpSettings {
  http: {
    host: string;
    /** 0: any free one. */
    port: number;
    /** Where browsers find the hub; its origin is trusted. */
    publicUrl: string;
    tls?: { cert: string; key: string };
    /** Origins of front ends served elsewhere; they use bearer tokens. */
    corsOrigins: readonly string[];
  };
  rateLimits: RateLimitSettings;
}

export interface RateLimitSettings {
  enabled: boolean;
  /** Requests of one user's bearer tokens. */
  tokenPerHour: number;
  /** Requests of one user's web sessions that change nothing. */
  sessionPerMinute: number;
  sessionWritesPerMinute: number;
  /** Requests without a caller, by address. */
  anonymousPerHour: number;
}

/** Whether browsers reach the hub over TLS, by itself or by a proxy in front. */
export const isSecure = (settings: HttpSettings): boolean =>
  settings.http.tls !== undefined || settings.http.publicUrl.startsWith('https:');
