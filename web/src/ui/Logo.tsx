/** A ticket torn at its perforation, in the accent colour of the theme. */
export function Logo() {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-7">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        className="fill-on-accent"
        d="M7 10.500A1.500 1.500 0 0 1 8.500 9h9.500v14H8.500A1.500 1.500 0 0 1 7 21.500v-2.700a2.900 2.900 0 0 0 0-5.600zM20.500 9h3A1.500 1.500 0 0 1 25 10.500v2.700a2.900 2.900 0 0 0 0 5.600v2.700a1.500 1.500 0 0 1-1.500 1.500h-3z"
      />
    </svg>
  );
}
