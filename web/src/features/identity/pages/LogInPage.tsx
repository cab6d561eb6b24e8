import { Trans, useLingui } from '@lingui/react/macro';
import type { FormEvent } from 'react';
import { Link, Navigate, useSearchParams } from 'react-router-dom';
import { fieldErrors } from '@/api/problem';
import { useUser } from '@/api/session';
import { paths, safeNext } from '@/lib/paths';
import { Button } from '@/ui/Button';
import { Form } from '@/ui/Form';
import { TextField } from '@/ui/TextField';
import { AuthLayout } from '../components/AuthLayout';
import { ProblemNotice } from '../components/ProblemNotice';
import { useLogIn } from '../queries';

export function LogInPage() {
  const { t } = useLingui();
  const [params] = useSearchParams();
  const next = safeNext(params.get('next'));
  const logIn = useLogIn();
  if (useUser()) return <Navigate to={next} replace />;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    logIn.mutate({ email: String(data.get('email')), password: String(data.get('password')) });
  };
  return (
    <AuthLayout title={t`Log in`} lead={<Trans>Good to see you again.</Trans>}>
      <Form
        onSubmit={submit}
        validationErrors={fieldErrors(logIn.error)}
        className="mt-8 flex flex-col gap-5"
      >
        {logIn.error && <ProblemNotice problem={logIn.error} />}
        <TextField name="email" type="email" label={t`E-mail`} autoComplete="email" isRequired />
        <TextField
          name="password"
          type="password"
          label={t`Password`}
          autoComplete="current-password"
          isRequired
        />
        <Button type="submit" isPending={logIn.isPending}>
          <Trans>Log in</Trans>
        </Button>
      </Form>
      <p className="mt-6 text-muted">
        <Trans>
          New here?{' '}
          <Link to={paths.signUp(next)} className="font-semibold text-accent underline underline-offset-4">
            Create an account
          </Link>
        </Trans>
      </p>
    </AuthLayout>
  );
}
