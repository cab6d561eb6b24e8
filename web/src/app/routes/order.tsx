import { useParams } from 'react-router-dom';
import { OrderPage } from '@/features/ticketing/pages/OrderPage';

export function Component() {
  const { orderId = '' } = useParams();
  return <OrderPage key={orderId} orderId={orderId} />;
}
