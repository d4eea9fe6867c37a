/**
 * Vendors' regions by the AWS region that they are in: regions of one group are in the same place, so that a
 * query costs about a millisecond on the way and not tens.
 *
 * Sources: https://vercel.com/docs/regions (names the AWS region of each), https://render.com/docs/regions
 * (places), https://supabase.com/docs/guides/platform/regions (AWS region names themselves).
 */
const vercelGroups: Readonly<Record<string, string>> = {
  arn1: "eu-north-1",
  bom1: "ap-south-1",
  cdg1: "eu-west-3",
  cle1: "us-east-2",
  cpt1: "af-south-1",
  dub1: "eu-west-1",
  dxb1: "me-central-1",
  fra1: "eu-central-1",
  gru1: "sa-east-1",
  hkg1: "ap-east-1",
  hnd1: "ap-northeast-1",
  iad1: "us-east-1",
  icn1: "ap-northeast-2",
  kix1: "ap-northeast-3",
  lhr1: "eu-west-2",
  pdx1: "us-west-2",
  sfo1: "us-west-1",
  sin1: "ap-southeast-1",
  syd1: "ap-southeast-2",
  yul1: "ca-central-1",
};

const renderGroups: Readonly<Record<string, string>> = {
  frankfurt: "eu-central-1",
  ohio: "us-east-2",
  oregon: "us-west-2",
  singapore: "ap-southeast-1",
  virginia: "us-east-1",
};

/**
 * The part of the world that a region is in, within which a query still takes some tens of milliseconds on the way;
 * undefined for a region whose name does not tell.
 */
export function areaOf(region: string): string | undefined {
  const [part] = /^(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?=-)/.exec(regionGroup(region)) ?? [];
  return part === "ca" || part === "mx" ? "us" : part;
}

/** The group of a region as its vendor names it; a region that the pack does not know is its own group. */
export function regionGroup(region: string): string {
  return vercelGroups[region] ?? renderGroups[region] ?? region;
}
