/** Whether a name is of another stage than production, such as `api-staging` or `Preview`. */
export const isOfOtherStage = (name: string): boolean =>
  /(?:^|[-_.])(?:stag\w*|stg|dev\w*|test\w*|qa|uat|sandbox|preview\w*|demo|local|ci|integration)(?:$|[-_.])/i.test(
    name,
  );
