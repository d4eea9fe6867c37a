/** What is around an application, and the frameworks that make pages from texts alone. */
const beside =
  /(?:^|[-_. ])(?:docs?|documentation|blog|marketing|landing|about|help|handbook|status|storybook|style-?guide|design-?system|brand|press|careers|wiki|changelog|internal|intranet|backoffice|admin|console|tools?|metabase|retool|grafana|superset|pgadmin|bull-?board|umami|plausible|matomo|uptime-kuma|docusaurus(?:-2)?|vitepress|vuepress|mkdocs|hugo|jekyll|eleventy|hexo|zola|gatsby|redirects?)(?:$|[-_. ])/i;

/** Whether a name is that of something around an application, such as `optropic-docs`. */
export const isBesideName = (text: string): boolean => beside.test(text);
