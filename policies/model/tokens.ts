/** Type tokens of the resources that the policies judge, as the providers' packages name them. */

export const vercel = {
  project: "vercel:index/project:Project",
  domain: "vercel:index/projectDomain:ProjectDomain",
  variable: "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable",
  variables: "vercel:index/projectEnvironmentVariables:ProjectEnvironmentVariables",
  sharedVariable: "vercel:index/sharedEnvironmentVariable:SharedEnvironmentVariable",
  dnsRecord: "vercel:index/dnsRecord:DnsRecord",
} as const;

export const render = {
  webService: "render:index/webService:WebService",
  privateService: "render:index/privateService:PrivateService",
  backgroundWorker: "render:index/backgroundWorker:BackgroundWorker",
  cronJob: "render:index/cronJob:CronJob",
  staticSite: "render:index/staticSite:StaticSite",
  envGroup: "render:index/envGroup:EnvGroup",
  envGroupLink: "render:index/envGroupLink:EnvGroupLink",
} as const;

export const supabase = {
  project: "supabase:index/project:Project",
  settings: "supabase:index/settings:Settings",
} as const;

export const cloudflare = {
  zone: "cloudflare:index/zone:Zone",
  dnsRecord: "cloudflare:index/dnsRecord:DnsRecord",
} as const;

export const random = {
  password: "random:index/randomPassword:RandomPassword",
  bytes: "random:index/randomBytes:RandomBytes",
  string: "random:index/randomString:RandomString",
} as const;

/** A reference to the outputs of another stack. */
export const stackReference = "pulumi:pulumi:StackReference";
