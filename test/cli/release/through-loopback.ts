// Loaded before the command: names of the platform lead to a server on loopback, as a hosts file would have it.
const real = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const base = process.env.LOOPBACK_DOMAINS;
  const url = new URL(input instanceof Request ? input.url : input);
  if (base === undefined || !url.hostname.endsWith(".example")) return real(input, init);
  return real(`${base}/${url.hostname}${url.pathname}`, init);
};
