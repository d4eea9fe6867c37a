import * as indicators from "../../../metrics/indicators.ts";
import type { Range } from "../../../metrics/queries.ts";

/** Each indicator in the ways that it is used, over the range. The type asks for all of them. */
export function everyIndicator(range: Range): Readonly<Record<keyof typeof indicators, readonly string[]>> {
  const byHost = { by: ["host"] } as const;
  const ofApi = { where: { host: "api" } } as const;
  const ofSome = { where: { host: { matches: "api|web" } } } as const;
  return {
    requestRate: [
      indicators.requestRate({ range }),
      indicators.requestRate({ range, by: ["route", "method", "status"], where: { status: { not: "404" } } }),
    ],
    errorRatio: [
      indicators.errorRatio({ range, ...byHost }),
      indicators.errorRatio({ range, by: ["route"], where: { host: { notMatches: "web" } } }),
    ],
    failureRate: [indicators.failureRate({ range, ...byHost, ...ofApi })],
    shownErrorRatio: [indicators.shownErrorRatio({ range, ...byHost })],
    shownFailureRate: [indicators.shownFailureRate({ range })],
    latency: [indicators.latency(0.5, { range }), indicators.latency(0.99, { range, by: ["host", "route"] })],
    allUnexpectedErrors: [indicators.allUnexpectedErrors({ range })],
    unexpectedErrors: [indicators.unexpectedErrors({ range, ...ofApi })],
    requestsInFlight: [indicators.requestsInFlight(ofSome)],
    memory: [indicators.memory()],
    memoryRatio: [indicators.memoryRatio(ofApi)],
    memoryGrowth: [indicators.memoryGrowth({ range })],
    processorRatio: [indicators.processorRatio({ range, ...ofSome })],
    eventLoopDelay: [indicators.eventLoopDelay()],
    connections: [indicators.connections()],
    connectionRatio: [indicators.connectionRatio(ofApi)],
    waitingForConnection: [indicators.waitingForConnection()],
    connectionErrors: [indicators.connectionErrors({ range })],
    statementRate: [indicators.statementRate({ range, by: ["operation"] })],
    statementLatency: [indicators.statementLatency(0.95, { range, ...byHost })],
    statementMean: [indicators.statementMean({ range })],
    slowStatementRatio: [indicators.slowStatementRatio({ range, ...byHost })],
    slowStatements: [indicators.slowStatements()],
    cacheHitRatio: [indicators.cacheHitRatio()],
    replicationLag: [indicators.replicationLag()],
    backupAge: [indicators.backupAge()],
    builds: [indicators.builds()],
    scrapes: [indicators.scrapes()],
    healthChecks: [indicators.healthChecks()],
    failingRegions: [indicators.failingRegions()],
  };
}
