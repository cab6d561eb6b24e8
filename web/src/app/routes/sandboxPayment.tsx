import { useParams } from 'react-router-dom';
import { SandboxPaymentPage } from '@/features/ticketing/pages/SandboxPaymentPage';

export function Component() {
  const { paymentId = '' } = useParams();
  return <SandboxPaymentPage key={paymentId} paymentId={paymentId} />;
}
