/** Public addresses are part of the built page, as with every NEXT_PUBLIC_ variable. */
const LINKS = [
  { title: "Engine API", address: process.env.NEXT_PUBLIC_ENGINE_URL, path: "/api/market" },
  { title: "AI API", address: process.env.NEXT_PUBLIC_AI_URL, path: "/openapi.json" },
];

export function Footer() {
  return (
    <footer className="small muted">
      <span>Prices are simulated. Nothing here is advice.</span>
      <nav aria-label="Interfaces">
        {LINKS.map(
          ({ title, address, path }) =>
            address && (
              <a key={title} href={`${address.replace(/\/+$/, "")}${path}`}>
                {title}
              </a>
            ),
        )}
      </nav>
    </footer>
  );
}
