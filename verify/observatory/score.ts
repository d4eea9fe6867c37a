/** What one test of the Observatory found, and the points that it adds or takes. */
export interface Scored {
  readonly test: string;
  readonly result: string;
  readonly points: number;
}

export interface Grade {
  readonly score: number;
  readonly grade: string;
}

/** The least score of each grade (MDN HTTP Observatory, "Tests and scoring"). */
const grades: readonly (readonly [least: number, grade: string])[] = [
  [100, "A+"],
  [90, "A"],
  [85, "A-"],
  [80, "B+"],
  [70, "B"],
  [65, "B-"],
  [60, "C+"],
  [50, "C"],
  [45, "C-"],
  [40, "D+"],
  [30, "D"],
  [25, "D-"],
  [0, "F"],
];

/** Points above the first 100 count only for a site that has at least so many without them. */
const leastForBonus = 90;

/** Everybody begins with 100 points. */
export function gradeOf(tests: readonly Scored[]): Grade {
  const sum = (points: readonly number[]) => points.reduce((total, each) => total + each, 100);
  const points = tests.map((test) => test.points);
  const withoutBonus = sum(points.filter((each) => each < 0));
  const score = Math.max(0, withoutBonus >= leastForBonus ? sum(points) : withoutBonus);
  return { score, grade: gradeAt(score) };
}

/** The grade of a score. */
export function gradeAt(score: number): string {
  return grades.find(([least]) => score >= least)?.[1] ?? "F";
}
