export { MyTicketsPage as Component } from '@/features/ticketing/pages/MyTicketsPage';
