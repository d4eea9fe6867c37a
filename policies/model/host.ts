import type { AnyValue, Fault, Resource, Verdict } from "../framework/index.ts";

/** One environment variable of a host. */
export interface Variable {
  /** The resource that sets it, on which a violation is reported. */
  readonly resource: Resource;
  /** Its name; undefined where it does not reach the host's production environment. Throws UnknownRead. */
  readonly name: () => string | undefined;
  /** Its value, absent where the host generates it. */
  readonly value: AnyValue;
  /** Where a value is kept that cannot be read back, instead of the other. */
  readonly writeOnly?: AnyValue;
  /** Characters of what the host makes up, where it does. */
  readonly generatedLength?: number;
  /** Resources that it alone is made from, where its vendor says so beside the property. */
  readonly sources?: readonly Resource[];
  /** Set where the value is one entry of a document, whose sources are those of all of its entries. */
  readonly isPart?: true;
  /** What hides it at the host, where the host can show a variable to those who may see it. */
  readonly hiding?: Hiding;
}

export interface Hiding {
  readonly key: AnyValue;
  /** The switch that hides it. */
  readonly switch: AnyValue;
  /** Whether it is hidden, where the switch is more than true or false. Throws UnknownRead. */
  readonly isOn?: () => boolean;
  /** Stages beside production that have the same value. Throws UnknownRead. */
  readonly otherStages: () => readonly string[];
}

/** A variable of what runs beside production, such as previews, and not of production. */
export interface StageVariable {
  readonly resource: Resource;
  /** Its name; undefined where production has it too, which is judged there. Throws UnknownRead. */
  readonly name: () => string | undefined;
  readonly value: AnyValue;
  /** What has it. Throws UnknownRead. */
  readonly stages: () => readonly string[];
}

/** A command of a host: what it serves with, what it runs before a release, or what it builds with. */
export interface Command {
  readonly when: "start" | "release" | "build";
  readonly command: AnyValue;
}

/** What runs the program's code, with its variables, whatever kind of resource sets them. */
export interface Host {
  readonly resource: Resource;
  /** Whether it is made for pages, as a project at Vercel is, or runs a program of whatever kind. */
  readonly kind: "pages" | "service";
  readonly variables: readonly Variable[];
  /** What it runs, and when. */
  readonly commands?: readonly Command[];
  /** What the vendor calls it, and the kind of program that it is made for, where these are known. */
  readonly labels: () => readonly string[];
  /** Names that it answers on, those of its vendor left out; an unknown one counts. */
  readonly domains: readonly AnyValue[];
  /** Whether its vendor issues certificates, takes TLS 1.2 or higher and redirects plain http, whatever the stack says. */
  readonly facesPublic: boolean;
  /** Whether its vendor measures its requests, errors, latency and load without being asked. */
  readonly isMeasured?: boolean;
  /** Whether all of its logs reach an aggregator. Throws UnknownRead. */
  readonly logs: () => Verdict;
  /** The framework whose pages it is made for, as the vendor names it; absent where the vendor does not ask for one. */
  readonly framework?: AnyValue;
  /** The path of its health check. */
  readonly healthPath?: AnyValue;
  /** What makes previews of what nobody has approved with its variables; undefined where nothing does. Throws UnknownRead. */
  readonly previews?: () => AnyValue | undefined;
  /** Whether it is asked whether it can serve; absent where policies of its vendor ask it. */
  readonly health?: () => Verdict;
  /** Whether it scales between bounds. */
  readonly scaling?: () => Verdict;
  /** What keeps its visitors out, where its vendor has a switch for that; undefined where nothing does. Throws UnknownRead. */
  readonly closed?: () => Fault | undefined;
  /** Whether it answers on a domain of its own. */
  readonly ownDomain?: () => Verdict;
}
