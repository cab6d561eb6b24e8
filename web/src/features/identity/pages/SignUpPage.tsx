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
import { useSignUp } from '../queries';

export function SignUpPage() {
  const { t } = useLingui();
  const [params] = useSearchParams();
  const next = safeNext(params.get('next'));
  const signUp = useSignUp();
  if (useUser()) return <Navigate to={next} replace />;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    signUp.mutate({
      name: String(data.get('name')),
      email: String(data.get('email')),
      password: String(data.get('password')),
    });
  };
  return (
    <AuthLayout
      title={t`Create your account`}
      lead={<Trans>One account to keep your tickets and to run your own events.</Trans>}
    >
      <Form
        onSubmit={submit}
        validationErrors={fieldErrors(signUp.error)}
        className="mt-8 flex flex-col gap-5"
      >
        {signUp.error && <ProblemNotice problem={signUp.error} />}
        <TextField name="name" label={t`Name`} autoComplete="name" maxLength={100} isRequired />
        <TextField name="email" type="email" label={t`E-mail`} autoComplete="email" isRequired />
        <TextField
          name="password"
          type="password"
          label={t`Password`}
          hint={t`At least 10 characters. A short sentence works well.`}
          autoComplete="new-password"
          minLength={10}
          maxLength={128}
          isRequired
        />
        <Button type="submit" isPending={signUp.isPending}>
          <Trans>Create account</Trans>
        </Button>
      </Form>
      <p className="mt-6 text-muted">
        <Trans>
          Already have an account?{' '}
          <Link to={paths.logIn(next)} className="font-semibold text-accent underline underline-offset-4">
            Log in
          </Link>
        </Trans>
      </p>
    </AuthLayout>
  );
}
