export { LogInPage as Component } from '@/features/identity/pages/LogInPage';
