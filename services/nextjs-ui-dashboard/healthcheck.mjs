// The container's own health check: the image has no curl. It looks at the page alone: a failure of
// the other services must not take the dashboard out as well.
const url = `http://127.0.0.1:${process.env.PORT || 3000}/`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
