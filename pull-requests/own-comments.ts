import * as z from "zod";
import { commentMarker } from "./comment-state.ts";
import { inRepository, type Repository } from "./repository.ts";

export interface OwnComment {
  readonly id: number;
  readonly body: string;
}

const id = z.int().positive();
const comments = z.array(
  z.object({ id, user: z.object({ login: z.string() }).nullable(), body: z.string().nullish() }),
);

/**
 * The comments of ours on a pull request, the oldest first.
 *
 * @param written what was written just now, which a list can lack yet
 */
export async function ownComments(
  { api, ...repository }: Repository,
  number: number,
  author: string,
  written: OwnComment | undefined,
): Promise<OwnComment[]> {
  const all = await api.list({
    path: inRepository(repository, `/issues/${number}/comments`),
    right: "read comments",
    schema: comments,
  });
  const own = all.flatMap(({ id: of, user, body }) =>
    user?.login === author && body?.startsWith(commentMarker) ? [{ id: of, body }] : [],
  );
  const isMissing = written !== undefined && !own.some((each) => each.id === written.id);
  return (isMissing ? [...own, written] : own).toSorted((one, other) => one.id - other.id);
}

/**
 * Creates the comment, or changes the one that is there.
 *
 * @returns the comment as GitHub keeps it
 */
export async function putComment(
  { api, ...repository }: Repository,
  number: number,
  own: OwnComment | undefined,
  body: string,
): Promise<OwnComment> {
  const answer = await api.ask({
    method: own === undefined ? "POST" : "PATCH",
    path: inRepository(
      repository,
      own === undefined ? `/issues/${number}/comments` : `/issues/comments/${own.id}`,
    ),
    body: { body },
    right: "comment on pull requests",
    schema: z.object({ id, body: z.string() }),
  });
  return answer;
}

export async function removeComment(
  { api, ...repository }: Repository,
  { id: own }: OwnComment,
): Promise<void> {
  await api.ask({
    method: "DELETE",
    path: inRepository(repository, `/issues/comments/${own}`),
    right: "delete its own comments",
    schema: z.unknown(),
  });
}
