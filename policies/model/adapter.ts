import type { Context } from "../framework/context.ts";
import type { AnyValue, Fault, Finding, Resource, Stack, Verdict } from "../framework/index.ts";
import type { GoldenSignal } from "../values/golden-signals.ts";
import type { RedirectTarget } from "../values/redirect-target.ts";
import type { AlertRule, Channel } from "./alert-rule.ts";
import type { ApiToken } from "./api-token.ts";
import type { Database } from "./database.ts";
import type { Domain, HostRecord } from "./domain.ts";
import type { DnsZone, Edge } from "./edge.ts";
import type { EdgeZone, ZoneFact } from "./edge-zone.ts";
import type {
  ErrorAlert,
  ErrorFigure,
  ErrorKey,
  ErrorProject,
  Monitor,
  Scrubbing,
  Watch,
} from "./error-tracking.ts";
import type { Host, StageVariable, Variable } from "./host.ts";
import type { Issuer } from "./issuer.ts";
import type { Job } from "./job.ts";
import type { Escalation, OnCallSchedule } from "./pager.ts";
import type {
  Access,
  CodeRepository,
  DriftCheck,
  PackGroup,
  StackClock,
  StackDeployment,
} from "./repository.ts";
import type { ResourceTypes } from "./resource-type.ts";
import type { CodeSource, HostEnvironment, ImageSource, SectionUse, VariableFiles } from "./section-host.ts";

/**
 * What a vendor's resources are to the platform: each adapter fills the part of the model that its vendor has, and
 * policies read the model alone.
 */
export interface Adapter {
  /** Packages of its provider, with which the types of its resources begin. */
  readonly packages?: readonly string[];
  /** What the pack makes of the types of its resources; absent where those that no adapter reads are left alone. */
  readonly types?: ResourceTypes;
  /** Hosts at which its API is, where nobody but the vendor runs it. */
  readonly api?: RegExp;
  /** How to meet at this vendor what a policy asks for whose own fix is for another. */
  readonly fixes?: Fixes;
  /** Set where other vendors have all that it has in a form of their own. */
  readonly isReplaced?: true;
  /** Whether a resource of a type makes a stack a platform: what runs the application, and its database. */
  readonly isPlatform?: (type: string) => boolean;
  /** Types of resource that are databases. */
  readonly databaseTypes?: readonly string[];
  /** Types of resource that run on a schedule, with variables of their own. */
  readonly jobTypes?: readonly string[];
  /** Names that the vendor gives the stack's own hosts, as far as they are known; in lower case. */
  readonly givenNames?: (stack: Stack) => readonly string[];
  /** Whether a policy of the vendor's own judges the texts of its resources. */
  readonly hasOwnTexts?: true;
  /** What runs the program's code. */
  readonly hosts?: (stack: Stack) => readonly Host[];
  /** Every variable that reaches production, also of hosts outside the stack. */
  readonly variables?: (stack: Stack) => readonly Variable[];
  /** Variables of what runs beside production. */
  readonly stageVariables?: (stack: Stack) => readonly StageVariable[];
  /** Host names that the vendor's hosts answer on. */
  readonly domains?: (stack: Stack) => readonly Domain[];
  /** DNS records of host names. */
  readonly records?: (stack: Stack) => readonly HostRecord[];
  /** Zones of a vendor that has their DNS and stands in front of their hosts. */
  readonly edgeZones?: (stack: Stack) => readonly EdgeZone[];
  /** Settings of zones, and of hosts in them, whatever the zone: whether each takes nothing away. */
  readonly zoneSettings?: (stack: Stack) => readonly ZoneFact[];
  /** The least version of TLS of single hosts. */
  readonly hostTls?: (stack: Stack) => readonly ZoneFact[];
  /** What stands in front of hosts. */
  readonly edges?: (stack: Stack) => readonly Edge[];
  /** What sends visitors on to another URL. */
  readonly redirects?: (stack: Stack) => readonly Redirect[];
  readonly issuers?: (stack: Stack) => readonly Issuer[];
  /** Ids of hosts to which variables are given. */
  readonly recipients?: (stack: Stack) => readonly Recipient[];
  /** What reads the metrics of hosts, with a credential that they have too. */
  readonly scrapes?: (stack: Stack) => readonly Scrape[];
  readonly dnsZones?: (stack: Stack) => readonly DnsZone[];
  readonly alerts?: (stack: Stack) => readonly AlertRule[];
  /** Ways by which alerts reach people, each with what declares it, beside Grafana's contact points. */
  readonly channels?: (stack: Stack) => readonly Sender[];
  /** What decides where alerts go that tell nobody by themselves. */
  readonly routing?: (stack: Stack) => readonly Routing[];
  /** What has to be in one installation of the vendor's, and whether each is. */
  readonly placed?: (stack: Stack) => readonly Placed[];
  /** What calls a health check from outside. */
  readonly healthChecks?: (stack: Stack) => readonly HealthCheck[];
  readonly dashboards?: (stack: Stack) => readonly Dashboard[];
  /** What collects errors, with its keys, its alerts and what it leaves out. */
  readonly errorProjects?: (stack: Stack) => readonly ErrorProject[];
  readonly errorKeys?: (stack: Stack) => readonly ErrorKey[];
  readonly scrubbings?: (stack: Stack) => readonly Scrubbing[];
  readonly errorAlerts?: (stack: Stack) => readonly ErrorAlert[];
  readonly errorFigures?: (stack: Stack) => readonly ErrorFigure[];
  readonly monitors?: (stack: Stack) => readonly Monitor[];
  /** What watches the platform. */
  readonly watches?: (stack: Stack) => readonly Watch[];
  readonly schedules?: (stack: Stack) => readonly OnCallSchedule[];
  readonly escalations?: (stack: Stack) => readonly Escalation[];
  /** Connections to databases that the stack itself opens. */
  readonly connections?: (stack: Stack) => readonly Connection[];
  /** What signs people in, and sends them on. */
  readonly signIns?: (stack: Stack) => readonly SignIn[];
  /** What serves tables of a database to clients. */
  readonly dataApis?: (stack: Stack) => readonly DataApi[];
  /** What keeps the vendor from calling whoever is on call, at `now` in milliseconds since 1970. */
  readonly silences?: (stack: Stack, now: number) => readonly Silence[];
  /** The role as which a resource, such as a pool of connections, lets its clients in. */
  readonly userOf?: (resource: Resource) => AnyValue | undefined;
  readonly databases?: (stack: Stack) => readonly Database[];
  /** Origins that something of the vendor's answers with Access-Control-Allow-Origin. */
  readonly corsOrigins?: (stack: Stack) => readonly AnyValue[];
  /** Headers and cookies whose values a vendor writes into its logs. */
  readonly loggedFields?: (stack: Stack) => readonly AnyValue[];
  /** What answers with Access-Control-Allow-Origin by a rule. */
  readonly corsAnswers?: (stack: Stack) => readonly CorsAnswer[];
  /** Documents in which the vendor keeps secrets, and whether the pack gets the text of each. */
  readonly documents?: (stack: Stack) => readonly SecretReaders[];
  /** Files that hosts take variables from. */
  readonly variableFiles?: (stack: Stack) => readonly AnyValue[];
  /** What hosts may take variables from beside those that are declared, such as a secret file or a command. */
  readonly otherFiles?: (stack: Stack) => readonly VariableFiles[];
  /** Commands of what is neither a host nor a job, and those of either that are not among its own. */
  readonly otherCommands?: (stack: Stack) => readonly AnyValue[];
  /** Code that is built and deployed, of hosts and of what nobody calls. */
  readonly sources?: (stack: Stack) => readonly CodeSource[];
  /** Images that are run in place of code which the vendor builds. */
  readonly images?: (stack: Stack) => readonly ImageSource[];
  /** The section of the checklist that is about the vendor's hosts. */
  readonly section?: (stack: Stack) => SectionUse;
  readonly environments?: (stack: Stack) => readonly HostEnvironment[];
  /** Schemas in which the stack lets roles write to tables, as far as they are known. */
  readonly writtenSchemas?: (stack: Stack) => readonly string[];
  /** Repositories that the stack is responsible for. */
  readonly repositories?: (stack: Stack) => readonly CodeRepository[];
  /** Keys and roles by which code or rules may be changed. */
  readonly writers?: (stack: Stack) => readonly Access[];
  /** Who may change the rules of a repository. */
  readonly ruleWriters?: (stack: Stack) => readonly Access[];
  /** Tokens, teams and issuers by which production may be changed. */
  readonly productionAccess?: (stack: Stack) => readonly Access[];
  /** Files that a stack writes into a repository. */
  readonly writtenFiles?: (stack: Stack) => readonly Access[];
  readonly stackClocks?: (stack: Stack) => readonly StackClock[];
  readonly driftChecks?: (stack: Stack) => readonly DriftCheck[];
  readonly stackDeployments?: (stack: Stack) => readonly StackDeployment[];
  readonly packGroups?: (stack: Stack) => readonly PackGroup[];
  /** What runs on a schedule. */
  readonly jobs?: (stack: Stack) => readonly Job[];
  /** Credentials of the vendor's API that the stack makes. */
  readonly apiTokens?: (stack: Stack) => readonly ApiToken[];
  /** What runs in a region. */
  readonly locations?: (stack: Stack) => readonly Location[];
  /** What sends logs to an aggregator. */
  readonly logDrains?: (stack: Stack) => readonly Resource[];
  /** Rules that say who may read secrets that the vendor keeps. */
  readonly secretReaders?: (stack: Stack) => readonly SecretReaders[];
  /** Values that the vendor's provider passes on and its API rejects. */
  readonly rejects?: Rejects;
  /** Whether what answers at a host and port is a pooler of the vendor's. */
  readonly isPooler?: (host: string, port: number | undefined) => boolean;
  /** Whether a DNS record's content is the vendor's own name or address. */
  readonly isTarget?: (content: string) => boolean;
  /** Names that the vendor gives every host, with DNS of its own. */
  readonly isOwnName?: (host: string) => boolean;
}

/** How to meet what policies ask for, by the name of the policy. */
export type Fixes = Readonly<Record<string, string>>;

/** What a vendor's API rejects, by what it is about: one finding for each resource that has such a value. */
export type Rejects = Partial<
  Readonly<
    Record<
      | "alerts"
      | "apiTokens"
      | "bucketRules"
      | "computeSizes"
      | "edgeRules"
      | "errorTracking"
      | "firewalls"
      | "grants"
      | "healthChecks"
      | "monitoring"
      | "onCall"
      | "rateLimits"
      | "recordTimes"
      | "redirects"
      | "variables"
      | "zoneSettings",
      (stack: Stack, context: Context) => readonly Finding[]
    >
  >
>;

/** An id of the host that variables are for, in a resource that gives them. */
export interface Recipient {
  readonly id: AnyValue;
  /** Resources of which it may be the id. */
  readonly hosts: readonly Resource[];
  /** What a host is called at the vendor. */
  readonly noun: string;
}

/** A call of a host's metrics, again and again. Each question may throw UnknownRead. */
export interface Scrape {
  readonly resource: Resource;
  readonly isOn: () => boolean;
  readonly url: () => string | undefined;
  readonly token: AnyValue;
  /** Whether it shows who it is, so that the metrics can be closed to others. */
  readonly authenticates: () => Verdict;
  /** Whether it shows a token, and not a user's name and password. */
  readonly showsToken: () => boolean;
  /** Whether it says that it does, by whatever means. */
  readonly hasMethod: () => boolean;
}

/** What sends messages to people. */
export interface Sender {
  readonly resource: Resource;
  readonly channels: () => readonly Channel[];
}

/** What sends visitors on. */
export interface Redirect {
  readonly resource: Resource;
  /** Throws UnknownRead. */
  readonly urls: () => readonly RedirectUrl[];
}

/** A URL that a redirect leads to. Each question may throw UnknownRead. */
export interface RedirectUrl {
  readonly at: AnyValue;
  /** Undefined where there is none. */
  readonly target: () => RedirectTarget | undefined;
  /** Whether it surely is without TLS, although nothing says of which host. */
  readonly isPlain?: () => boolean;
}

/** What decides where alerts go. */
export interface Routing {
  readonly resource: Resource;
  /** Names of channels in all of its routes; a part that is unknown stands for those in it. */
  readonly names: () => readonly AnyValue[];
}

/** A rule by which something answers with Access-Control-Allow-Origin. Each question may throw UnknownRead. */
export interface CorsAnswer {
  readonly resource: Resource;
  /** The origin; undefined where the rule sends none, or repeats the caller's. */
  readonly origin: () => AnyValue | undefined;
  /** Hosts whose callers get the answer; absent where it is taken for one of the application's. Throws UnknownRead. */
  readonly hosts?: () => readonly string[];
  /** What is wrong with a rule that repeats the caller's origin. */
  readonly repeats?: () => Fault | undefined;
}

/** A dashboard, by itself. */
export interface Dashboard {
  readonly resource: Resource;
  readonly signals: ReadonlySet<GoldenSignal>;
  /** What it asks for and draws nothing of, with the reason. */
  readonly lost?: readonly LostSignal[];
  /** What may show more: a document that is unknown, or a query that the pack cannot read. */
  readonly unread?: AnyValue;
}

/** A signal that a dashboard has queries for, none of which is drawn. */
export interface LostSignal {
  readonly signal: GoldenSignal;
  /** The end of a sentence about a query. */
  readonly why: string;
  readonly at: AnyValue;
}

/** A connection to a database that the stack itself opens. Each question may throw UnknownRead. */
export interface Connection {
  readonly resource: Resource;
  /** Whether it is by TLS, whoever else decides how the client connects. */
  readonly isEncrypted: () => Verdict;
}

/** What signs people in to the application, at a vendor that does so. */
export interface SignIn {
  readonly resource: Resource;
  /** Whether it lets in only whom it should, and sends them only to hosts of the platform. Throws UnknownRead. */
  readonly isSafe: (isOwnName: (host: string) => boolean) => Verdict;
}

/** What serves tables of a database to clients. */
export interface DataApi {
  readonly resource: Resource;
  /** Whether it serves only schemas of the application. Throws UnknownRead. */
  readonly servesOwn: () => Verdict;
}

/** A rule that says who may read a secret. */
export interface SecretReaders {
  readonly resource: Resource;
  readonly verdict: Question;
}

/** What may keep a page from waking somebody. */
export interface Silence {
  readonly resource: Resource;
  readonly verdict: Question;
}

/** Maintenance that lasts for longer is none: nobody is called for as long. */
export const longestMaintenanceHours = 12;

/** A part of what watches the platform, which has to be where its alerts are. */
export interface Placed {
  readonly resource: Resource;
  readonly isRight: Question;
}

/** A call of a URL from outside, again and again. Each question may throw UnknownRead. */
export interface HealthCheck {
  readonly resource: Resource;
  readonly isOn: () => boolean;
  readonly url: () => string | undefined;
  /** Places that it is called from. */
  readonly locations: () => number;
  /** Seconds from one call to the next, where its vendor asks for them and no policy of its own judges them. */
  readonly every?: () => AnyValue;
  /** The list of the places, where the stack names each. */
  readonly locationsAt?: AnyValue;
  /** Whether it asks by HTTP; absent where its vendor asks in no other way. */
  readonly asks?: () => boolean;
  /** A status that it takes for healthy, and that says of no service that it is well. */
  readonly acceptedError?: () => AnyValue | undefined;
  /** Set where it tells another system than the alerts: it counts only in a stack without others. */
  readonly isApart?: true;
}

/** A host that is down for longer before anybody asks is found by its visitors. */
export const longestIntervalSeconds = 15 * 60;

/** What runs in a region, or in several. */
export interface Location {
  readonly resource: Resource;
  /** Its regions as the vendor names them; empty where the vendor chooses. Throws UnknownRead. */
  readonly regions: () => readonly string[];
}

/** A question about a resource, whose answer may throw UnknownRead. */
export type Question = () => Verdict;

export function textsOf(value: AnyValue): string[] {
  const known = value.string();
  return known === undefined || known === "" ? [] : [known];
}
