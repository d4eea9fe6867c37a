import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type PlanFeature,
  planFeatures,
  planHas,
  planTitle,
  type VendorName,
  vendorNames,
  vendors,
} from "../config/plans.ts";
import { markdownTable } from "../lib/table.ts";

/** What to buy at each vendor, and which feature needs which plan, in Markdown: docs/plans.md is this text. */
export function plansPage(): string {
  const features: readonly PlanFeature[] = Object.values(planFeatures);
  return `${[introduction, purchases(features), ...vendorNames.map((name) => section(name, features))].join("\n\n")}\n`;
}

const introduction = `# Plans

<!-- Generated: node docs/plans.ts -->

A first \`pulumi up\` stops where an account's plan does not include what the program declares. This page says what to buy first. The setting \`plans\` says what each account has, and the policies whose names begin with \`plan-\` refuse a preview that declares more than that. Prices are the vendors' list prices of November 2026, without taxes; the linked pages decide.`;

function purchases(features: readonly PlanFeature[]): string {
  const rows = vendorNames.map((name) => {
    const plan = smallest(name, features);
    const { title, source } = vendors[name];
    return [`[${title}](${source})`, plan.title, plan.price, reasons(name, plan.id, features)];
  });
  return `## What to buy first\n\n${markdownTable(["vendor", "smallest plan", "price", "because the program declares"], rows)}

At Supabase, point-in-time recovery is an add-on: $100 a month for 7 days, $200 for 14, $400 for 28, on a compute size of small ($15 a month) or larger. Cloudflare's plan is bought by the program itself (\`edge.subscribe\`); the others are bought in the vendor's console.`;
}

function smallest(name: VendorName, features: readonly PlanFeature[]) {
  const needs = features.filter(({ vendor, shipped }) => vendor === name && shipped);
  const { plans } = vendors[name];
  return plans.find(({ id }) => needs.every((feature) => planHas(name, id, feature.needs))) ?? plans[0];
}

function reasons(name: VendorName, plan: string, features: readonly PlanFeature[]): string {
  const titles = features
    .filter(({ vendor, shipped, needs }) => vendor === name && shipped && needs === plan)
    .map(({ title }) => title);
  return titles.length === 0 ? "nothing that needs more" : titles.join("; ");
}

function section(name: VendorName, features: readonly PlanFeature[]): string {
  const rows = features
    .filter(({ vendor }) => vendor === name)
    .map(({ title, needs, items, source, shipped }) => [
      title,
      planTitle(name, needs),
      items.join(", "),
      shipped ? "yes" : "no",
      `[${new URL(source).hostname}](${source})`,
    ]);
  return `## ${vendors[name].title}\n\n${markdownTable(["feature", "smallest plan", "items", "declared as shipped", "source"], rows)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("plans.md", import.meta.url), plansPage());
}
