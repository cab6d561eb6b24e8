// What nobody needs for the first scan: fetched once the door stands, and kept with it for when there is no network.
export { ReasonDialog } from './ReasonDialog';
export { SearchPanel } from './SearchPanel';
export { UnpairDialog } from './UnpairDialog';
