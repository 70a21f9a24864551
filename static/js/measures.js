// What is measured of a stream. The definitions, with their sources, are those of costcalc/streaming/measures.py;
// a test feeds the same arrivals to both. Times are milliseconds since the stream was asked for; null is unknown.

const first = (arrivals, kind) => arrivals.find((arrival) => arrival.kind === kind)?.at ?? null;

const rate = (count, times) => {
  const span = times.length ? times[times.length - 1] - times[0] : 0;
  return count && span > 0 ? (count - 1) / (span / 1000) : null;
};

export const quantile = (ordered, share) => {
  if (!ordered.length) return null;
  const place = (ordered.length - 1) * share;
  const low = Math.floor(place);
  const high = Math.min(low + 1, ordered.length - 1);
  return ordered[low] + (place - low) * (ordered[high] - ordered[low]);
};

// Output tokens as reported; without those of a reasoning that was never sent.
export const streamedTokens = ({ arrivals, usage }) => {
  const output = usage?.output_tokens;
  if (output === undefined) return null;
  const hidden = arrivals.every((arrival) => arrival.kind !== "reasoning");
  return hidden ? Math.max(0, output - (usage.output_reasoning_tokens ?? 0)) : output;
};

export const figures = (seen) => {
  const times = seen.arrivals.map((arrival) => arrival.at);
  const gaps = times.slice(1).map((at, index) => at - times[index]).sort((one, two) => one - two);
  const tokens = streamedTokens(seen);
  return {
    connect: seen.connect ?? null,
    ttft: first(seen.arrivals, "content"),
    reasoning_ttft: first(seen.arrivals, "reasoning"),
    between_p50: quantile(gaps, 0.5),
    between_p95: quantile(gaps, 0.95),
    between_p99: quantile(gaps, 0.99),
    total: seen.ended,
    chunks: times.length,
    tokens,
    chunks_per_second: rate(times.length, times),
    tokens_per_second: rate(tokens, times),
    received: seen.received,
    bytes_per_token: tokens ? seen.received / tokens : null,
    bytes_per_chunk: times.length ? seen.received / times.length : null,
  };
};

// How one figure spreads over several runs; those in which it is unknown are left out.
export const spread = (values) => {
  const ordered = values.filter((value) => value !== null).sort((one, two) => one - two);
  return {
    known: ordered.length,
    least: ordered[0] ?? null,
    p50: quantile(ordered, 0.5),
    p95: quantile(ordered, 0.95),
    most: ordered[ordered.length - 1] ?? null,
  };
};
