import { Failure } from "../lib/failure.ts";

/**
 * The address of a vendor's API: the vendor's own, or one on this machine in place of it, for tests. A token must
 * not be sent elsewhere because of a variable.
 *
 * @param variable that may name an address on this machine, such as `OPTROPIC_VERCEL_URL`
 * @throws {Failure} `refused`, for any other address
 */
export function baseUrlOf(
  own: string,
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
): URL {
  const given = environment[variable];
  if (given === undefined || given === "") return checkedUrl(own, "The address of the API");
  const url = checkedUrl(given, variable);
  if (!isLoopback(url)) {
    throw new Failure(
      "refused",
      `${variable} must be an address on this machine, such as http://127.0.0.1:8080`,
    );
  }
  return url;
}

/** @throws {Failure} `refused`, for an address to which no token may be sent */
export function checkedUrl(text: string, what: string): URL {
  const url = URL.parse(text);
  if (url === null || !["https:", "http:"].includes(url.protocol)) {
    throw new Failure("refused", `${what} is not a URL that begins with https://`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new Failure("refused", `${what} must have no name, password, query or fragment`);
  }
  if (url.protocol === "http:" && !isLoopback(url)) {
    throw new Failure("refused", `${what} must begin with https://, because a token is sent there`);
  }
  return url;
}

function isLoopback({ hostname }: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
