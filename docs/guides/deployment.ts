import type { Settings } from "../../config/settings.ts";
import { markdownTable } from "../../lib/table.ts";
import { spokenDuration } from "../../lib/units.ts";

/** docs/DEPLOYMENT_GUIDE.md: items S7.3, C.5, 8.8 and S6.5, in the order of the checklist. */
export function deploymentGuide(settings: Settings): string {
  const { domains, contacts, project, release, links, onCall, objectives } = settings;
  return `# Deployment guide

<!-- Generated: npm run docs -->

How release ${release} of ${project.name} reaches <https://${domains.web}> and <https://${domains.api}>, and how to roll it back.

${markdownTable(
  ["who", "contact"],
  [
    ["technical lead, who signs the go-live", contacts.technicalLead],
    ["DevOps, who deploys", contacts.devops],
    ["database administrator, who migrates and restores", contacts.databaseAdmin],
    ["security", contacts.security],
  ],
)}

## Before

1. Freeze: the release branch is cut from \`${project.branch}\`, everything is merged, and the checks are green on its commit.
2. Judge what is declared, what the repository shows, and what people attest:

   \`\`\`sh
   npx optropic preview --stack production --evidence
   npx optropic preview --cwd delivery --stack production --evidence
   npx optropic evidence gates
   npx optropic attest --list
   \`\`\`

3. Run the load test against staging, and record the result:

   \`\`\`sh
   npm run loadtest -- --stack staging --summary summary.json
   npx optropic evidence load-test summary.json --target https://STAGING-API
   \`\`\`

4. Restore the newest backup into a scratch server: \`npx optropic drill\`. It must take less than ${spokenDuration(objectives.rtoMinutes * 60)}.
5. Ask for the decision. It must say go, or the lead signs why it may be no-go.

   \`\`\`sh
   npx optropic status
   npx optropic report --output report.html
   npx optropic report --output docs/PLATFORM_AUDIT_REPORT.md    # item C.7: once nothing else is in the way
   \`\`\`

## Deploy

1. Take a backup, and wait until it is complete: \`npx optropic backup\`, then \`npx optropic backups\`.
2. Rehearse what is pending with \`npx optropic migrate rehearse\`, then apply it with \`npx optropic migrate apply\`: [migrations](migrate.md). A migration that only adds can go before the code; one that removes goes after the last code that reads what it removes.
3. Deploy: publish the release, or \`npm run pulumi:up -- --stack production\`. Vercel and Render build \`${project.branch}\` of \`${project.repository}\`.
4. Verify what both hosts serve:

   \`\`\`sh
   npx optropic verify --stack production --evidence
   npx optropic status --phase release
   \`\`\`

5. Announce the release, with a link to the status page: <${links.statusPage}>.

## The first day

After 1, 6 and 24 hours, check that the error rate is below ${objectives.errorRatePercent} %, P95 latency is below ${objectives.p95Ms} ms, memory use does not grow, and no alert fires. Each alert has a page in the [runbooks](runbooks/README.md).

A critical alert pages the person on call. If nobody acknowledges it, it escalates after ${onCall.escalation.firstMinutes} minutes to the second level and after ${onCall.escalation.secondMinutes} more to everyone.

## Rollback

Roll back when a critical alert fires and its runbook does not end it within five minutes. Do not wait for a green dashboard.

\`\`\`sh
npx optropic rollback --reason "Logins fail since ${release}"
\`\`\`

The command takes both hosts back, checks every domain, and announces it: [rollback](release.md#rollback). Where it cannot reach a host, or cannot run, take these steps by hand:

1. Render: switch automatic deployment off for the service first, since a rollback leaves it on and the next push would undo it. Then choose the last good deployment and **Rollback**.
2. Vercel: **Instant Rollback** to the last good deployment. New deployments no longer get the domains until you promote one.
3. Ask both hosts which commit they serve, by their domains and not by their dashboards: \`npx optropic verify --stack production\`.
4. The database stays as it is unless the old code cannot read it. Then restore by point in time or from the backup of step 1: [disaster recovery](disaster-recovery.md). That loses what was written since. \`prisma migrate resolve --rolled-back\` only marks a migration that failed; it reverts nothing.
5. Announce the rollback, write the incident report, and plan the post-mortem.
6. Afterwards switch automatic deployment on again, promote the next deployment at Vercel, and run \`npm run pulumi:preview -- --stack production\`: it must show no difference.
`;
}
