/** What the trading engine and the AI service answer, as far as the dashboard uses it. */

export interface Quote {
  readonly symbol: string;
  readonly name: string;
  readonly price: number;
  /** Against 24 hours ago. */
  readonly changePercent: number;
  readonly decimals: number;
}

export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly quotes: readonly Quote[];
}

export interface Point {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly price: number;
}

export interface Prediction {
  readonly symbol: string;
  readonly horizonSeconds: number;
  readonly lastPrice: number;
  readonly predictedPrice: number;
  readonly low: number;
  readonly high: number;
  readonly changePercent: number;
  readonly direction: "up" | "down" | "flat";
  readonly meanError: number;
  readonly naiveMeanError: number;
  readonly skill: number;
  readonly method: string;
}

export interface ServiceStatus {
  readonly service: string;
  readonly title: string;
  /** Null while the service does not answer. */
  readonly version: string | null;
  /** Tells replicas apart; empty where the service does not say. */
  readonly instance: string;
}
