/** How an item is shown to hold: checked before deployment, probed after it, recorded by a person, or written. */
export const controls = ["gate", "policy", "probe", "attest", "docs", "report"] as const;

export type Control = (typeof controls)[number];

interface ItemShape {
  readonly id: string;
  readonly section: string;
  readonly text: string;
  readonly controls: readonly Control[];
  readonly note?: string;
}

/**
 * The items of the production deployment checklist, version 1.0.0 of 2025-10-05, in its own order.
 * `text` is the checklist's wording; `controls` and `note` say how this project covers the item.
 */
// biome-ignore format: a table reads best with one item a line
export const items = [
  // 1. Code Quality
  { id: "1.1", section: "1. Code Quality", text: "All tests passing (`npm test`)", controls: ["gate", "policy"], note: "required status check `test` in the GitHub ruleset; probe: check run green on the release commit" },
  { id: "1.2", section: "1. Code Quality", text: "TypeScript compilation successful (`npm run typecheck`)", controls: ["gate", "policy"], note: "required status check `typecheck`" },
  { id: "1.3", section: "1. Code Quality", text: "Linter checks passing (`npm run lint`)", controls: ["gate", "policy"], note: "required status check `lint`" },
  { id: "1.4", section: "1. Code Quality", text: "Production build successful (`npm run build`)", controls: ["gate", "policy"], note: "required status check `build`" },
  { id: "1.5", section: "1. Code Quality", text: "Code reviewed and approved", controls: ["policy", "probe"], note: "ruleset: pull request, at least 1 approval, no bypass; probe: the release commit came through an approved pull request" },
  { id: "1.6", section: "1. Code Quality", text: "No critical security vulnerabilities", controls: ["policy", "probe"], note: "Dependabot alerts and secret scanning on; probe: no open critical alert" },
  // 2. Environment Configuration
  { id: "2.1", section: "2. Environment Configuration", text: "Production `.env` file created", controls: ["policy"], note: "every required variable declared on the host, none in a file" },
  { id: "2.2", section: "2. Environment Configuration", text: "All required environment variables set:", controls: ["policy"], note: "one finding a missing variable" },
  { id: "2.3", section: "2. Environment Configuration", text: "`DATABASE_URL` (production database)", controls: ["policy"], note: "sensitive; pooled, TLS required; production project, not staging's" },
  { id: "2.4", section: "2. Environment Configuration", text: "`JWT_SECRET` (64+ characters, unique)", controls: ["policy"], note: "at least 64 characters, generated in this stack, sensitive" },
  { id: "2.5", section: "2. Environment Configuration", text: "`SECRET_KEY` (64+ characters, unique)", controls: ["policy"], note: "at least 64 characters, generated in this stack, sensitive, not JWT_SECRET" },
  { id: "2.6", section: "2. Environment Configuration", text: "`NODE_ENV=production`", controls: ["policy"], note: "value is production" },
  { id: "2.7", section: "2. Environment Configuration", text: "`BASE_URL` (production URL)", controls: ["policy"], note: "https, the stack's own domain" },
  { id: "2.8", section: "2. Environment Configuration", text: "`SENTRY_DSN` (optional but recommended)", controls: ["policy"], note: "present; a warning where absent, since the seed says optional" },
  { id: "2.9", section: "2. Environment Configuration", text: "Secrets stored securely (Vercel/Render secrets, not in repo)", controls: ["policy", "probe"], note: "secret-valued variables are marked sensitive at the host and secret in state; no literal secret in the program, config or repository" },
  { id: "2.10", section: "2. Environment Configuration", text: "Different secrets from staging", controls: ["policy", "probe"], note: "own random resources per stack; fingerprints compared across stacks at deploy time" },
  { id: "2.11", section: "2. Environment Configuration", text: "`.env` file added to `.gitignore`", controls: ["gate"], note: "repository check" },
  // 3. Database Setup
  { id: "3.1", section: "3. Database Setup", text: "Production database provisioned (Supabase recommended)", controls: ["policy", "probe"], note: "project declared, protected, region chosen" },
  { id: "3.2", section: "3. Database Setup", text: "Database backups configured", controls: ["policy", "probe"], note: "off-site backup job and bucket declared; probe: newest backup younger than RPO" },
  { id: "3.3", section: "3. Database Setup", text: "Point-in-Time Recovery (PITR) enabled", controls: ["policy", "probe"], note: "PITR add-on declared at 7, 14 or 28 days with a compute size that allows it; probe: vendor says enabled" },
  { id: "3.4", section: "3. Database Setup", text: "Connection pooling configured", controls: ["policy", "probe"], note: "pooler settings; application URL uses the pooler" },
  { id: "3.5", section: "3. Database Setup", text: "SSL/TLS enabled for database connections", controls: ["policy", "probe"], note: "SSL enforced at the vendor; every declared URL has sslmode=require or stronger; probe: a plaintext connection is refused" },
  { id: "3.6", section: "3. Database Setup", text: "All migrations applied successfully", controls: ["gate", "probe"], note: "applied before traffic, in production by the release, and the host serves nothing while one is pending; probe: no pending or failed row in the migrations table" },
  { id: "3.7", section: "3. Database Setup", text: "RLS policies verified", controls: ["probe"], note: "every table in exposed schemas has RLS on and at least one policy; anonymous role reads nothing it should not" },
  { id: "3.8", section: "3. Database Setup", text: "Database performance tested", controls: ["probe"], note: "slowest statements, missing indexes, cache hit rate from pg_stat views" },
  // 4. Security Configuration
  { id: "4.1", section: "4. Security Configuration", text: "SSL/TLS certificates configured", controls: ["policy", "probe"], note: "certificate declared, minimum TLS 1.2, strict mode, CAA; probe: chain, host, days left" },
  { id: "4.2", section: "4. Security Configuration", text: "HTTPS enforced (no HTTP)", controls: ["policy", "probe"], note: "always-HTTPS and HSTS; probe: http redirects, header present" },
  { id: "4.3", section: "4. Security Configuration", text: "CORS properly configured", controls: ["policy", "probe"], note: "allowed origins listed, https, no wildcard; probe: a foreign origin gets no allow header" },
  { id: "4.4", section: "4. Security Configuration", text: "Rate limiting enabled", controls: ["policy", "probe"], note: "rate-limit rule on API and a tighter one on login; probe: the limit answers 429" },
  { id: "4.5", section: "4. Security Configuration", text: "Helmet.js or equivalent security headers", controls: ["policy", "probe"], note: "response headers set at the edge; probe" },
  { id: "4.6", section: "4. Security Configuration", text: "Content Security Policy (CSP) configured", controls: ["policy", "probe"], note: "CSP without unsafe-inline or unsafe-eval script sources; probe evaluated by a CSP library" },
  { id: "4.7", section: "4. Security Configuration", text: "SQL injection protection verified (Prisma)", controls: ["policy", "probe"], note: "managed WAF rules on; probe: injection strings get no 500 and no data" },
  { id: "4.8", section: "4. Security Configuration", text: "XSS protection enabled", controls: ["policy", "probe"], note: "CSP and nosniff; probe: reflected input is escaped" },
  { id: "4.9", section: "4. Security Configuration", text: "CSRF protection enabled", controls: ["probe"], note: "state-changing request from a foreign origin is refused; session cookies SameSite, Secure, HttpOnly" },
  { id: "4.10", section: "4. Security Configuration", text: "Sensitive data not exposed in logs", controls: ["policy", "probe"], note: "scrubbing at the error tracker; probe: canary secret not in logs" },
  { id: "4.11", section: "4. Security Configuration", text: "Error messages sanitized (no stack traces to clients)", controls: ["probe"], note: "malformed requests answer without stack traces or paths" },
  // 5. Monitoring & Observability
  { id: "5.1", section: "5. Monitoring & Observability", text: "Sentry error tracking configured", controls: ["policy", "probe"], note: "project, key, issue and metric alerts" },
  { id: "5.2", section: "5. Monitoring & Observability", text: "Sentry DSN set in environment", controls: ["policy"], note: "DSN wired to the host from the declared key" },
  { id: "5.3", section: "5. Monitoring & Observability", text: "Test error reported to Sentry", controls: ["probe"], note: "an event sent with a unique id is found again" },
  { id: "5.4", section: "5. Monitoring & Observability", text: "Prometheus metrics endpoint accessible", controls: ["policy", "probe"], note: "scrape job declared; probe: endpoint parses and has optropic_ series" },
  { id: "5.5", section: "5. Monitoring & Observability", text: "Grafana dashboard created", controls: ["policy", "probe"], note: "dashboard declared with panels for the four golden signals; probe" },
  { id: "5.6", section: "5. Monitoring & Observability", text: "Alert rules configured", controls: ["policy", "probe"], note: "five named alerts" },
  { id: "5.7", section: "5. Monitoring & Observability", text: "Health check endpoint operational", controls: ["policy", "probe"], note: "health check path at every host; probe" },
  { id: "5.8", section: "5. Monitoring & Observability", text: "Logging configured (structured JSON logs)", controls: ["policy", "probe"], note: "LOG_FORMAT=json; probe: sampled lines parse" },
  { id: "5.9", section: "5. Monitoring & Observability", text: "Log aggregation set up (optional: Datadog, CloudWatch)", controls: ["policy"], note: "log drain from every host; optional in the seed: advisory" },
  // 6. Performance Testing
  { id: "6.1", section: "6. Performance Testing", text: "Load testing completed successfully", controls: ["gate", "probe"], note: "k6 run against staging with its thresholds as the exit status" },
  { id: "6.2", section: "6. Performance Testing", text: "P95 latency < 500ms", controls: ["gate"], note: "k6 threshold" },
  { id: "6.3", section: "6. Performance Testing", text: "P99 latency < 1000ms", controls: ["gate"], note: "k6 threshold" },
  { id: "6.4", section: "6. Performance Testing", text: "Error rate < 1%", controls: ["gate"], note: "k6 threshold" },
  { id: "6.5", section: "6. Performance Testing", text: "Memory usage stable under load", controls: ["probe"], note: "memory series slope over the run" },
  { id: "6.6", section: "6. Performance Testing", text: "No memory leaks detected", controls: ["probe"], note: "soak: slope after warm-up" },
  { id: "6.7", section: "6. Performance Testing", text: "Database query performance optimized", controls: ["probe"], note: "as 3.8" },
  { id: "6.8", section: "6. Performance Testing", text: "CDN configured (if needed)", controls: ["policy", "probe"], note: "edge proxied, cache rules" },
  { id: "6.9", section: "6. Performance Testing", text: "Static assets optimized", controls: ["policy", "probe"], note: "immutable assets cached a year, compressed, HTTP/2 or 3" },
  // 7. Deployment Platform
  { id: "7.1", section: "7. Deployment Platform", text: "Hosting platform selected (Vercel/Render/AWS/etc)", controls: ["policy"], note: "host declared" },
  { id: "7.2", section: "7. Deployment Platform", text: "Account created and verified", controls: ["attest", "probe"], note: "token can read the account" },
  { id: "7.3", section: "7. Deployment Platform", text: "Billing configured", controls: ["attest", "probe"], note: "plan is not free" },
  { id: "7.4", section: "7. Deployment Platform", text: "Auto-scaling configured", controls: ["policy"], note: "minimum and maximum instances, targets" },
  { id: "7.5", section: "7. Deployment Platform", text: "Geographic regions selected", controls: ["policy"], note: "host, functions and database in one region group" },
  { id: "7.6", section: "7. Deployment Platform", text: "Custom domain configured", controls: ["policy", "probe"] },
  { id: "7.7", section: "7. Deployment Platform", text: "DNS records updated", controls: ["policy", "probe"], note: "records resolve to the declared targets" },
  { id: "7.8", section: "7. Deployment Platform", text: "CDN enabled (if available)", controls: ["policy", "probe"] },
  { id: "7V.1", section: "7. Deployment Platform", text: "Project created", controls: ["policy"] },
  { id: "7V.2", section: "7. Deployment Platform", text: "GitHub repository connected", controls: ["policy"], note: "repository and production branch" },
  { id: "7V.3", section: "7. Deployment Platform", text: "Environment variables configured", controls: ["policy"], note: "see section 2" },
  { id: "7V.4", section: "7. Deployment Platform", text: "Custom domain added", controls: ["policy", "probe"] },
  { id: "7V.5", section: "7. Deployment Platform", text: "SSL certificate provisioned", controls: ["probe"] },
  { id: "7R.1", section: "7. Deployment Platform", text: "Service created", controls: ["policy"] },
  { id: "7R.2", section: "7. Deployment Platform", text: "`render.yaml` configured", controls: ["policy"], note: "superseded: the service is declared here; a render.yaml equivalent can be exported" },
  { id: "7R.3", section: "7. Deployment Platform", text: "Environment variables set", controls: ["policy"] },
  { id: "7R.4", section: "7. Deployment Platform", text: "Health check path configured", controls: ["policy"] },
  { id: "7R.5", section: "7. Deployment Platform", text: "Auto-deploy enabled", controls: ["policy"] },
  // 8. Backup & Recovery
  { id: "8.1", section: "8. Backup & Recovery", text: "Database backup strategy defined", controls: ["policy", "docs"], note: "declared objectives and the resources that meet them" },
  { id: "8.2", section: "8. Backup & Recovery", text: "Automated daily backups configured", controls: ["policy", "probe"], note: "schedule at least daily; probe: success within 26 h" },
  { id: "8.3", section: "8. Backup & Recovery", text: "Backup retention policy set (30+ days)", controls: ["policy"], note: "30 days or more by bucket lifecycle and lock" },
  { id: "8.4", section: "8. Backup & Recovery", text: "Backup restoration tested", controls: ["probe"], note: "restore drill: newest backup restored into a scratch server, compared, timed" },
  { id: "8.5", section: "8. Backup & Recovery", text: "Disaster recovery plan documented", controls: ["docs"], note: "generated from the declared resources, drill results in it" },
  { id: "8.6", section: "8. Backup & Recovery", text: "RTO (Recovery Time Objective) defined", controls: ["policy"], note: "RTO in config; drill time must meet it" },
  { id: "8.7", section: "8. Backup & Recovery", text: "RPO (Recovery Point Objective) defined", controls: ["policy"], note: "RPO in config; schedule and PITR must meet it" },
  { id: "8.8", section: "8. Backup & Recovery", text: "Rollback procedure documented", controls: ["docs"], note: "generated; rehearsal timed" },
  // Step 1: Final Code Freeze
  { id: "S1.1", section: "Step 1: Final Code Freeze", text: "Create release branch (`release/v3.0.0`)", controls: ["gate"] },
  { id: "S1.2", section: "Step 1: Final Code Freeze", text: "All features merged to main/master", controls: ["gate"] },
  { id: "S1.3", section: "Step 1: Final Code Freeze", text: "All tests passing on main branch", controls: ["gate"] },
  { id: "S1.4", section: "Step 1: Final Code Freeze", text: "Code freeze communicated to team", controls: ["gate"], note: "message sent" },
  { id: "S1.5", section: "Step 1: Final Code Freeze", text: "Release notes prepared", controls: ["gate"], note: "notes generated" },
  // Step 2: Staging Deployment & Validation
  { id: "S2.1", section: "Step 2: Staging Deployment & Validation", text: "Deploy to staging environment", controls: ["gate"] },
  { id: "S2.2", section: "Step 2: Staging Deployment & Validation", text: "Run smoke tests", controls: ["gate"] },
  { id: "S2.3", section: "Step 2: Staging Deployment & Validation", text: "Verify all features working", controls: ["attest"] },
  { id: "S2.4", section: "Step 2: Staging Deployment & Validation", text: "Test authentication flow", controls: ["probe"] },
  { id: "S2.5", section: "Step 2: Staging Deployment & Validation", text: "Test critical user paths", controls: ["probe"], note: "user journeys declared in config" },
  { id: "S2.6", section: "Step 2: Staging Deployment & Validation", text: "Load test against staging", controls: ["gate"], note: "k6" },
  { id: "S2.7", section: "Step 2: Staging Deployment & Validation", text: "Monitor staging for 24 hours", controls: ["gate", "probe"], note: "24 h window with no firing alert" },
  { id: "S2.8", section: "Step 2: Staging Deployment & Validation", text: "No critical issues found", controls: ["gate", "attest"] },
  // Step 3: Production Database Migration
  { id: "S3.1", section: "Step 3: Production Database Migration", text: "Create database backup", controls: ["gate"], note: "backup verified before migrating" },
  { id: "S3.2", section: "Step 3: Production Database Migration", text: "Run migrations on production database", controls: ["gate"] },
  { id: "S3.3", section: "Step 3: Production Database Migration", text: "Verify migration success", controls: ["probe"] },
  { id: "S3.4", section: "Step 3: Production Database Migration", text: "Test database connectivity", controls: ["probe"] },
  { id: "S3.5", section: "Step 3: Production Database Migration", text: "Verify RLS policies active", controls: ["probe"] },
  // Step 4: Production Deployment
  { id: "S4.1", section: "Step 4: Production Deployment", text: "Deploy to production", controls: ["gate"] },
  { id: "S4.2", section: "Step 4: Production Deployment", text: "Verify deployment successful", controls: ["probe"], note: "host says ready, commit is the release" },
  { id: "S4.3", section: "Step 4: Production Deployment", text: "Check health endpoint", controls: ["probe"] },
  { id: "S4.4", section: "Step 4: Production Deployment", text: "Check metrics endpoint", controls: ["probe"] },
  { id: "S4.5", section: "Step 4: Production Deployment", text: "Test authentication", controls: ["probe"] },
  { id: "S4.6", section: "Step 4: Production Deployment", text: "Monitor error rates", controls: ["probe"] },
  { id: "S4.7", section: "Step 4: Production Deployment", text: "Monitor latency", controls: ["probe"] },
  { id: "S4.8", section: "Step 4: Production Deployment", text: "Monitor memory usage", controls: ["probe"] },
  // Step 5: Post-Deployment Verification
  { id: "S5.1", section: "Step 5: Post-Deployment Verification", text: "All critical paths working", controls: ["probe"] },
  { id: "S5.2", section: "Step 5: Post-Deployment Verification", text: "Authentication functional", controls: ["probe"] },
  { id: "S5.3", section: "Step 5: Post-Deployment Verification", text: "Database queries working", controls: ["probe"] },
  { id: "S5.4", section: "Step 5: Post-Deployment Verification", text: "No error spikes in Sentry", controls: ["probe"] },
  { id: "S5.5", section: "Step 5: Post-Deployment Verification", text: "Latency within acceptable range", controls: ["probe"] },
  { id: "S5.6", section: "Step 5: Post-Deployment Verification", text: "Memory usage stable", controls: ["probe"] },
  { id: "S5.7", section: "Step 5: Post-Deployment Verification", text: "No user-reported issues", controls: ["attest"] },
  { id: "S5.8", section: "Step 5: Post-Deployment Verification", text: "Monitoring dashboards green", controls: ["probe"], note: "no alert firing" },
  // Step 6: Monitoring & Alerting Setup
  { id: "S6.1", section: "Step 6: Monitoring & Alerting Setup", text: "Grafana dashboards operational", controls: ["probe"] },
  { id: "S6.2", section: "Step 6: Monitoring & Alerting Setup", text: "Alert rules configured", controls: ["policy"] },
  { id: "S6.3", section: "Step 6: Monitoring & Alerting Setup", text: "Notification channels set up (Slack/Email/PagerDuty)", controls: ["policy"], note: "at least two channels, one that pages" },
  { id: "S6.4", section: "Step 6: Monitoring & Alerting Setup", text: "On-call rotation defined", controls: ["policy"], note: "schedule has no gap and at least two people" },
  { id: "S6.5", section: "Step 6: Monitoring & Alerting Setup", text: "Escalation policy documented", controls: ["policy", "docs"] },
  { id: "S6.6", section: "Step 6: Monitoring & Alerting Setup", text: "First alert received and verified", controls: ["probe"], note: "a test alert is delivered" },
  // Alerts to configure
  { id: "A.1", section: "Alerts to configure", text: "High error rate alert", controls: ["policy"], note: "expression, threshold 1 %, for, severity, channel, runbook link" },
  { id: "A.2", section: "Alerts to configure", text: "High latency alert", controls: ["policy"], note: "P95 500 ms, P99 1000 ms" },
  { id: "A.3", section: "Alerts to configure", text: "Service down alert", controls: ["policy"] },
  { id: "A.4", section: "Alerts to configure", text: "High memory usage alert", controls: ["policy"] },
  { id: "A.5", section: "Alerts to configure", text: "Database connection issues alert", controls: ["policy"] },
  // Step 7: Documentation Update
  { id: "S7.1", section: "Step 7: Documentation Update", text: "README.md updated with production info", controls: ["attest", "gate"] },
  { id: "S7.2", section: "Step 7: Documentation Update", text: "API documentation current", controls: ["attest", "gate"] },
  { id: "S7.3", section: "Step 7: Documentation Update", text: "Deployment guide verified", controls: ["docs"] },
  { id: "S7.4", section: "Step 7: Documentation Update", text: "Runbook created for common issues", controls: ["docs"], note: "one page for each alert" },
  { id: "S7.5", section: "Step 7: Documentation Update", text: "Contact information updated", controls: ["policy"] },
  { id: "S7.6", section: "Step 7: Documentation Update", text: "Architecture diagram current", controls: ["docs"], note: "generated from the stack" },
  { id: "S7.7", section: "Step 7: Documentation Update", text: "Release notes published", controls: ["gate"] },
  // Step 8: Team Communication
  { id: "S8.1", section: "Step 8: Team Communication", text: "Deployment announcement sent", controls: ["gate"] },
  { id: "S8.2", section: "Step 8: Team Communication", text: "Stakeholders notified", controls: ["gate"] },
  { id: "S8.3", section: "Step 8: Team Communication", text: "Support team briefed", controls: ["attest"] },
  { id: "S8.4", section: "Step 8: Team Communication", text: "Known issues documented", controls: ["attest"] },
  { id: "S8.5", section: "Step 8: Team Communication", text: "Monitoring links shared", controls: ["gate"], note: "links from stack outputs" },
  { id: "S8.6", section: "Step 8: Team Communication", text: "Feedback channels opened", controls: ["attest"] },
  // Hour 1: Critical Monitoring
  { id: "H1.1", section: "Hour 1: Critical Monitoring", text: "Health checks passing", controls: ["probe"] },
  { id: "H1.2", section: "Hour 1: Critical Monitoring", text: "Error rate < 1%", controls: ["probe"] },
  { id: "H1.3", section: "Hour 1: Critical Monitoring", text: "Latency P95 < 500ms", controls: ["probe"] },
  { id: "H1.4", section: "Hour 1: Critical Monitoring", text: "No Sentry alerts", controls: ["probe"] },
  { id: "H1.5", section: "Hour 1: Critical Monitoring", text: "Database connections healthy", controls: ["probe"] },
  { id: "H1.6", section: "Hour 1: Critical Monitoring", text: "Memory usage stable", controls: ["probe"] },
  // Hour 6: Stability Check
  { id: "H6.1", section: "Hour 6: Stability Check", text: "No increase in error rates", controls: ["probe"] },
  { id: "H6.2", section: "Hour 6: Stability Check", text: "Latency remains stable", controls: ["probe"] },
  { id: "H6.3", section: "Hour 6: Stability Check", text: "No memory leaks detected", controls: ["probe"] },
  { id: "H6.4", section: "Hour 6: Stability Check", text: "Database performance good", controls: ["probe"] },
  { id: "H6.5", section: "Hour 6: Stability Check", text: "No user-reported issues", controls: ["attest"] },
  // Hour 24: Full Validation
  { id: "H24.1", section: "Hour 24: Full Validation", text: "All metrics stable", controls: ["probe"] },
  { id: "H24.2", section: "Hour 24: Full Validation", text: "No unexpected behaviors", controls: ["probe"] },
  { id: "H24.3", section: "Hour 24: Full Validation", text: "User feedback positive", controls: ["attest"] },
  { id: "H24.4", section: "Hour 24: Full Validation", text: "Performance baselines established", controls: ["probe"], note: "baseline recorded" },
  { id: "H24.5", section: "Hour 24: Full Validation", text: "Ready for normal operations", controls: ["attest"] },
  // Communication
  { id: "R.1", section: "Communication", text: "Announce rollback to stakeholders", controls: ["gate"] },
  { id: "R.2", section: "Communication", text: "Create incident report", controls: ["gate"], note: "incident report generated from evidence" },
  { id: "R.3", section: "Communication", text: "Schedule post-mortem", controls: ["attest"] },
  { id: "R.4", section: "Communication", text: "Document issues and learnings", controls: ["attest"] },
  // Success Criteria
  { id: "OK.1", section: "Success Criteria", text: "All deployment steps completed", controls: ["report"], note: "every step has evidence" },
  { id: "OK.2", section: "Success Criteria", text: "Health checks passing for 24 hours", controls: ["probe"] },
  { id: "OK.3", section: "Success Criteria", text: "Error rate < 1%", controls: ["probe"] },
  { id: "OK.4", section: "Success Criteria", text: "Latency P95 < 500ms", controls: ["probe"] },
  { id: "OK.5", section: "Success Criteria", text: "No critical bugs reported", controls: ["attest", "probe"] },
  { id: "OK.6", section: "Success Criteria", text: "Monitoring operational", controls: ["probe"] },
  { id: "OK.7", section: "Success Criteria", text: "Team confident in stability", controls: ["attest"] },
  // Contacts & Resources
  { id: "C.1", section: "Contacts & Resources", text: "Technical Lead: [Contact]", controls: ["policy"], note: "contact set in config, no placeholder" },
  { id: "C.2", section: "Contacts & Resources", text: "DevOps: [Contact]", controls: ["policy"], note: "contact set in config, no placeholder" },
  { id: "C.3", section: "Contacts & Resources", text: "Database Admin: [Contact]", controls: ["policy"], note: "contact set in config, no placeholder" },
  { id: "C.4", section: "Contacts & Resources", text: "Security: [Contact]", controls: ["policy"], note: "contact set in config, no placeholder" },
  { id: "C.5", section: "Contacts & Resources", text: "Deployment Guide: `DEPLOYMENT_GUIDE.md`", controls: ["docs"] },
  { id: "C.6", section: "Contacts & Resources", text: "Security Documentation: `DATABASE_SECURITY.md`", controls: ["docs"] },
  { id: "C.7", section: "Contacts & Resources", text: "Platform Audit: `PLATFORM_AUDIT_REPORT.md`", controls: ["docs"] },
  { id: "C.8", section: "Contacts & Resources", text: "Monitoring Dashboard: [Grafana URL]", controls: ["policy"], note: "stack output" },
  { id: "C.9", section: "Contacts & Resources", text: "Error Tracking: [Sentry URL]", controls: ["policy"], note: "stack output" },
  { id: "C.10", section: "Contacts & Resources", text: "Status Page: [URL]", controls: ["policy"], note: "stack output" },
] as const satisfies readonly ItemShape[];

/** The only key that crosses from one room of the project to another. */
export type ItemId = (typeof items)[number]["id"];

export interface Item extends ItemShape {
  readonly id: ItemId;
}

const byId: ReadonlyMap<string, Item> = new Map(items.map((item) => [item.id, item]));

export function isItemId(id: string): id is ItemId {
  return byId.has(id);
}

/** The item of that id, or undefined. */
export function findItem(id: string): Item | undefined {
  return byId.get(id);
}

/** The item of that id. Throws a RangeError for an id that the checklist does not have. */
export function getItem(id: ItemId): Item {
  const item = byId.get(id);
  if (item === undefined) {
    throw new RangeError(`The checklist has no item ${id}.`);
  }
  return item;
}

/** Items that the given control covers, alone or with others, in the checklist's order. */
export function itemsWithControl(control: Control): readonly Item[] {
  const all: readonly Item[] = items;
  return all.filter((item) => item.controls.includes(control));
}
