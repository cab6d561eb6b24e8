// Runs before the first paint: the theme must not flash. A file and not inline, because the policy is script-src 'self'.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem('turnout.theme');
  } catch {}
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
