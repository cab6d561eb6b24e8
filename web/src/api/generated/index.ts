export * from './engagement/engagement';
export * from './events/events';
export * from './identity/identity';
export * from './ticketing/ticketing';
