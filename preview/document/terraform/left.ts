import type { UnreadPart } from "../document.ts";

/** Why a resource of a state is not judged. */
type Reason =
  | "data sources"
  | "waiting to be deleted"
  | "in the form of Terraform before 0.12"
  | "without attributes"
  | "unmapped";

/** Providers whose resources policies judge: what of them is not mapped might be what a policy looks for. */
const judged = new Set([
  ...["aws", "cloudflare", "datadog", "github", "grafana", "minio", "neon", "opsgenie", "pagerduty"],
  ...["postgresql", "render", "sentry", "supabase", "vercel"],
]);

const words: Readonly<Record<Reason, string>> = {
  unmapped: "the state has resources that no provider of this project has, so they are left out",
  "in the form of Terraform before 0.12":
    "the state has resources in the form of Terraform before 0.12, so they are left out; terraform apply -refresh-only writes them anew",
  "without attributes": "the state has resources without attributes, so they are left out",
  "data sources": "the state has data sources, which it does not manage, so they are left out",
  "waiting to be deleted": "the state has resources that wait to be deleted, so they are left out",
};

/** What of a Terraform state is left out, by reason and type. */
export class Left {
  #counts = new Map<Reason, Map<string, number>>();

  add(type: string, reason: Reason): [] {
    const types = this.#counts.get(reason) ?? new Map<string, number>();
    this.#counts.set(reason, types.set(type, (types.get(type) ?? 0) + 1));
    return [];
  }

  warnings(): string[] {
    return [...this.#counts].map(([reason, types]) => `${words[reason]}: ${listOf(types)}`);
  }

  /** What might be what a policy looks for. */
  parts(): UnreadPart[] {
    return (["unmapped", "in the form of Terraform before 0.12", "without attributes"] as const).flatMap(
      (reason) => {
        const types = [...(this.#counts.get(reason) ?? [])].map(([type]) => type);
        const vendors = Map.groupBy(types, (type) => type.split("_")[0] ?? "");
        return [...vendors]
          .filter(([vendor]) => judged.has(vendor))
          .map(([vendor, own]) => ({
            ...{ vendor, what: listOf(new Map(own.map((type) => [type, 1]))) },
            why: reason === "unmapped" ? "no provider of this project has such resources" : `it is ${reason}`,
          }));
      },
    );
  }
}

function listOf(types: ReadonlyMap<string, number>): string {
  const shown = [...types].map(([type, count]) => (count === 1 ? type : `${type} × ${count}`));
  const more = shown.length > mostShown ? ` and ${shown.length - mostShown} more types` : "";
  return `${shown.slice(0, mostShown).join(", ")}${more}`;
}

const mostShown = 30;
