import { connect, createServer } from "node:net";
import { startLoad } from "../../load/generator";

/**
 * Runs inside a container: the load of a service that calls another by its name. The generator goes to
 * loopback only, so connections are passed on byte by byte, each to one of its own: what breaks there
 * breaks here. SIGTERM ends it and prints the result as JSON.
 * Arguments: service name, port, connections, prefix of ids.
 */
const [service = "", port = "", connections = "", prefix = ""] = process.argv.slice(2);

const passage = createServer({ allowHalfOpen: true }, (inner) => {
  const outer = connect({ host: service, port: Number(port), allowHalfOpen: true });
  inner.setNoDelay(true);
  outer.setNoDelay(true);
  inner.pipe(outer);
  outer.pipe(inner);
  inner.on("error", () => outer.destroy());
  outer.on("error", () => inner.resetAndDestroy());
});

passage.listen(0, "127.0.0.1", () => {
  const address = passage.address();
  const own = typeof address === "object" ? (address?.port ?? 0) : 0;
  const load = startLoad({
    url: `http://127.0.0.1:${own}`,
    connections: Number(connections),
    slow: true,
    prefix,
    // Ends with the container at the latest.
    maximum: 1_000_000,
  });
  process.on("SIGTERM", () => {
    void load.stop().then(({ requests, failures, longestGapMs, slowestMs }) => {
      process.stdout.write(JSON.stringify({ requests, failures, longestGapMs, slowestMs }), () =>
        process.exit(0),
      );
    });
  });
});
