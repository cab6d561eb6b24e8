/** A share drawn as a bar, for the eye: the numbers always stand beside it in words. */
export function Bar({ percent }: { percent: number }) {
  return (
    <span aria-hidden="true" className="block h-1.5 flex-1 overflow-hidden rounded-full bg-sunken">
      <span
        className="block h-full rounded-full bg-accent transition-[width] duration-500"
        style={{ width: `${percent}%` }}
      />
    </span>
  );
}
