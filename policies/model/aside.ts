/** Whether a folder of a repository is for something else than production by its name, or is outside of it. */
export const isAside = (path: string): boolean =>
  /(?:^|\/)\.\.(?:\/|$)/.test(path) ||
  /(?:^|\/)(?:examples?|samples?|demos?|playground|sandbox|tests?|e2e|spec|coverage|reports?|storybook(?:-static)?|fixtures?|docs|tmp|temp|scratch|archive|old|legacy|deprecated)(?:\/|$)/i.test(
    path,
  ) ||
  /(?:^|\/)(?:dockerfile|containerfile)[.-](?:dev|development|local|test|debug)$/i.test(path);

/** Whether a tag of an image is for something else than production by its name. */
export const isAsideTag = (tag: string): boolean =>
  /^(?:dev(?:el(?:op(?:ment)?)?)?|local|debug|tests?|testing|qa|uat|stag(?:e|ing)|preview|nightly|canary|edge|pr-?\d+)$/i.test(
    tag,
  );
