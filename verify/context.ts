import { createHash } from "node:crypto";
import type { Settings } from "../config/settings.ts";
import { type Clock, systemClock } from "../vendors/clock.ts";
import type { CredentialName, Credentials } from "./credentials.ts";
import type { MigrationFiles } from "./database/migration-files.ts";
import type { DeclaredResource } from "./declared.ts";
import type { Limits } from "./limits.ts";
import type { TrustAnchor } from "./network/dns/anchor.ts";
import type { DnsAnswer, Question } from "./network/dns/message.ts";
import type { Resolver } from "./network/dns/resolver.ts";
import { challengedBy, standInOf } from "./network/edge.ts";
import type { HttpAnswer, HttpClient, HttpRequest } from "./network/http.ts";
import type { Targets } from "./network/targets.ts";
import type { Outputs } from "./outputs.ts";
import { Unknown } from "./unknown.ts";

/** What all probes of a run share. */
export interface Subject {
  readonly settings: Settings;
  /** Outputs of the stack, as far as they are known. */
  readonly outputs: Outputs;
  readonly credentials: Credentials;
  readonly targets: Targets;
  readonly limits: Limits;
  readonly http: HttpClient;
  readonly resolver: Resolver;
  /** Certificates of authorities to trust in place of the usual ones, in PEM. */
  readonly authorities: string | undefined;
  readonly allowWrites: boolean;
  /** Migrations of the repository, where they are to be compared. */
  readonly migrations?: MigrationFiles | undefined;
  /** Settings of the stack that a release is tried in, where it is another one. */
  readonly staging?: Settings | undefined;
  /** Outputs of the project's other stacks by their names; undefined where a stack's are not known. */
  readonly otherOutputs?: (() => Promise<ReadonlyMap<string, Outputs | undefined>>) | undefined;
  /** Resources that the program declares; asked for once, by the first probe that compares one. */
  readonly declared?: (() => Promise<readonly DeclaredResource[]>) | undefined;
  /** The same of the program that declares the repository and its rules. */
  readonly declaredDelivery?: (() => Promise<readonly DeclaredResource[]>) | undefined;
  /** The time and the waiting of what asks vendors. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What each run was answered with something else than 429. */
const served = new WeakMap<object, Set<string>>();

function addressOf({ method = "GET", host, path }: HttpRequest): string {
  return `${method} ${host}${path}`;
}

/** What one probe has while it measures: the stack as declared, and bounded ways to ask what runs. */
export class Context {
  readonly settings: Settings;
  readonly outputs: Outputs;
  readonly targets: Targets;
  readonly limits: Limits;
  readonly authorities: string | undefined;
  /** Raised when the probe's time is up or the run is stopped. */
  readonly signal: AbortSignal;
  #subject: Subject;
  #digests: string[] = [];

  constructor(subject: Subject, signal: AbortSignal) {
    this.#subject = subject;
    this.settings = subject.settings;
    this.outputs = subject.outputs;
    this.targets = subject.targets;
    this.limits = subject.limits;
    this.authorities = subject.authorities;
    this.signal = signal;
  }

  /** What stands for the run, the same for all of its probes. */
  get run(): object {
    return this.#subject;
  }

  /** A context with a digest of its own. */
  apart(): Context {
    return new Context(this.#subject, this.signal);
  }

  /** The hosts that serve people and programs; the one that only redirects is not among them. */
  get hosts(): readonly [web: string, api: string] {
    const { web, api } = this.settings.domains;
    return [web, api];
  }

  /** Every host of the platform. */
  get allHosts(): readonly string[] {
    const { web, redirect, api } = this.settings.domains;
    return redirect === undefined ? [web, api] : [web, redirect, api];
  }

  /**
   * Sends a request to one of the platform's hosts.
   *
   * @throws {Unknown} when there is no proper answer, or one that the edge gives in place of the application
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.requestAvailability(request);
    const why = standInOf(answer);
    if (why === undefined) return answer;
    throw new Unknown("target-refused", `A request to ${request.host} did not reach the application: ${why}`);
  }

  /**
   * The same for a probe that asks whether the host works: that nothing behind the edge answers is an answer.
   *
   * @throws {Unknown} when there is no proper answer, or the edge holds it back because of who asks
   */
  async requestAvailability(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.requestUnlimited(request);
    const by = challengedBy(answer);
    if (by !== undefined) {
      throw new Unknown(
        "target-refused",
        `${by} asks whether a person sends this request to ${request.host}: let the address of this machine through, or probe from another one`,
      );
    }
    if (answer.status !== 429) return answer;
    throw new Unknown(
      "rate-limited",
      `${request.host} answered 429: wait until the rate limit lets this address through`,
    );
  }

  /** The same for a probe that asks for the limit itself: 429 is an answer like any other. */
  async requestUnlimited(request: HttpRequest): Promise<HttpAnswer> {
    if (!this.allHosts.includes(request.host)) {
      throw new Error(`${request.host} is not a host of the stack, so no probe may ask it`);
    }
    const answer = await this.#subject.http.send(request, this.signal, (raw) => this.record(raw));
    if (answer.status !== 429) {
      const known = served.get(this.run) ?? new Set();
      served.set(this.run, known.add(addressOf(request)));
    }
    return answer;
  }

  /** Whether a probe of this run has had another answer than 429 to such a request. */
  wasServed(request: HttpRequest): boolean {
    return served.get(this.run)?.has(addressOf(request)) === true;
  }

  /**
   * Gets a public document that the platform's own certificates name, such as a revocation list. Nothing that is
   * secret goes with it.
   *
   * @throws {Unknown} when there is no proper answer, or the address is not a public one
   */
  async publicDocument(address: string): Promise<HttpAnswer> {
    const url = URL.parse(address);
    if (url === null || url.protocol !== "http:" || url.port !== "" || url.username !== "") {
      throw new Unknown("not-understood", `${address} is not an address over http that can be asked`);
    }
    const request = { scheme: "http", host: url.hostname, path: url.pathname + url.search } as const;
    return this.#subject.http.send(request, this.signal, (raw) => this.record(raw));
  }

  get migrations(): MigrationFiles | undefined {
    return this.#subject.migrations;
  }

  get staging(): Settings | undefined {
    return this.#subject.staging;
  }

  /**
   * The outputs of the project's other stacks, by their names.
   *
   * @throws {Unknown} where nobody has asked for them
   */
  async otherOutputs(): Promise<ReadonlyMap<string, Outputs | undefined>> {
    const { otherOutputs } = this.#subject;
    if (otherOutputs !== undefined) return otherOutputs();
    throw new Unknown("no-data", "The outputs of other stacks are not known: pass them with --outputs-of");
  }

  /** Whether probes may write to the platform. */
  get allowWrites(): boolean {
    return this.#subject.allowWrites;
  }

  /**
   * Asks a resolver about a name.
   *
   * @throws {Unknown} when there is no answer that can be read
   */
  resolve(question: Question): Promise<DnsAnswer> {
    return this.#subject.resolver.resolve(question, this.#asking());
  }

  /** The same of a name server, by its address. */
  askNameServer(address: string, question: Question): Promise<DnsAnswer> {
    return this.#subject.resolver.askNameServer(address, question, this.#asking());
  }

  get trustAnchors(): readonly TrustAnchor[] {
    return this.#subject.resolver.anchors;
  }

  #asking() {
    return { signal: this.signal, record: (raw: Buffer) => this.record(raw) };
  }

  /** @throws {Unknown} `no-credential` */
  credential(name: CredentialName): string {
    return this.#subject.credentials.get(name);
  }

  hasCredential(name: CredentialName): boolean {
    return this.#subject.credentials.has(name);
  }

  /** The commit that every host should serve, if somebody said so. */
  get commit(): string | undefined {
    return this.#subject.credentials.commit;
  }

  /** Tokens of the vendors, and addresses in place of theirs. */
  get vendorEnvironment(): Readonly<Record<string, string>> {
    return this.#subject.credentials.vendors;
  }

  get clock(): Clock {
    return this.#subject.clock ?? systemClock;
  }

  /**
   * The resources that the program declares, with what it says of them.
   *
   * @throws {Unknown} where nobody has previewed the program
   */
  async declared(): Promise<readonly DeclaredResource[]> {
    const { declared } = this.#subject;
    if (declared !== undefined) return declared();
    throw new Unknown("no-data", "The declared resources are not known: pass a preview with --preview");
  }

  /**
   * The resources of the delivery's program, which declares the repository and its rules.
   *
   * @throws {Unknown} where there is no such program
   */
  async declaredDelivery(): Promise<readonly DeclaredResource[]> {
    const { declaredDelivery } = this.#subject;
    if (declaredDelivery !== undefined) return declaredDelivery();
    throw new Unknown("no-data", "There is no program of the delivery that declares the repository");
  }

  /** Keeps the digest of an answer as it came. */
  record(raw: string | Uint8Array): void {
    this.#digests.push(createHash("sha256").update(raw).digest("hex"));
  }

  /** One digest of every answer that came, in whatever order; undefined where none did. */
  get digest(): string | undefined {
    if (this.#digests.length === 0) return undefined;
    const all = createHash("sha256").update(this.#digests.toSorted().join("\n"));
    return `sha256:${all.digest("hex")}`;
  }
}
