export { DiscoverPage as Component } from '@/features/events/pages/DiscoverPage';
