import { lazy } from 'react';

export const fetchDialogs = () => import('./dialogs');

export const ReasonDialog = lazy(async () => ({ default: (await fetchDialogs()).ReasonDialog }));
export const SearchPanel = lazy(async () => ({ default: (await fetchDialogs()).SearchPanel }));
export const UnpairDialog = lazy(async () => ({ default: (await fetchDialogs()).UnpairDialog }));

// Its own chunk: hand scanners need none of it.
export const fetchCamera = () => import('./CameraPanel');
export const CameraPanel = lazy(async () => ({ default: (await fetchCamera()).CameraPanel }));
