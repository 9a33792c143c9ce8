import { formatTime } from "../lib/format";
import type { Market } from "./useMarket";

const STATES = {
  connecting: "Connecting",
  live: "Live",
  lost: "Reconnecting",
} as const;

export function Header({ market }: { readonly market: Market }) {
  const { connection, snapshot } = market;
  return (
    <header>
      <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M7 21l6-7 5 4 7-9" />
      </svg>
      <div>
        <h1>bot-core</h1>
        <p className="muted small">Simulated market</p>
      </div>
      <p className="connection">
        <span className={`dot ${connection}`} aria-hidden="true" />
        <span role="status" data-testid="connection">
          {STATES[connection]}
        </span>
        {snapshot !== null && <time className="muted">{formatTime(snapshot.time)}</time>}
      </p>
    </header>
  );
}
