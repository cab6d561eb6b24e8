export { SignUpPage as Component } from '@/features/identity/pages/SignUpPage';
