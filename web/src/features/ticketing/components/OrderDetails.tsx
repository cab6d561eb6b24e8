import { Trans, useLingui } from '@lingui/react/macro';
import type { Order, Question } from '@/api/generated/model';
import { TextField } from '@/ui/TextField';
import { askedOfAttendee, askedOfOrder, type Slot, slotsOf } from '../model';
import type { Purchase } from '../purchase';

interface OrderDetailsProps {
  purchase: Purchase;
  order: Order;
  questions: Question[];
}

/** Who the tickets are for, and what is asked of them. All the same as the buyer unless someone says otherwise. */
export function OrderDetails({ purchase, order, questions }: OrderDetailsProps) {
  const { t } = useLingui();
  const { details } = purchase;
  const slots = slotsOf(order);
  const ofOrder = askedOfOrder(questions, slots, details.answers);
  const admissions = slots.filter(({ admission }) => admission).length;
  const buyer = order.buyer.name;
  return (
    <div className="mt-5 flex flex-col gap-4 empty:hidden">
      {ofOrder.map((question) => (
        <QuestionField
          key={question.id}
          question={question}
          value={details.answers[question.id] ?? ''}
          onChange={(value) => purchase.setDetails({ answers: { ...details.answers, [question.id]: value } })}
        />
      ))}
      {admissions > 1 && (
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            className="size-5 accent-accent"
            checked={!details.nameEach}
            onChange={(event) => purchase.setDetails({ nameEach: !event.target.checked })}
          />
          <span>
            <Trans>
              All tickets in the name of <bdi>{buyer}</bdi>
            </Trans>
          </span>
        </label>
      )}
      {slots.map((slot, place) => (
        <AttendeeFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a ticket to be is its place
          key={place}
          purchase={purchase}
          slot={slot}
          place={place}
          title={slots.length > 1 ? t`Ticket ${place + 1}: ${slot.name}` : slot.name}
          questions={askedOfAttendee(
            questions,
            slot,
            details.attendees[place]?.answers ?? {},
            details.answers,
          )}
        />
      ))}
    </div>
  );
}

interface AttendeeFieldsProps {
  purchase: Purchase;
  slot: Slot;
  place: number;
  title: string;
  questions: Question[];
}

function AttendeeFields({ purchase, slot, place, title, questions }: AttendeeFieldsProps) {
  const { t } = useLingui();
  const { details } = purchase;
  const own = details.attendees[place] ?? {};
  const isNamed = details.nameEach && slot.admission;
  if (!isNamed && questions.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-4 rounded-2xl border border-line p-4">
      <legend className="px-1 font-semibold">
        <bdi>{title}</bdi>
      </legend>
      {isNamed && (
        <>
          <TextField
            label={t`Name`}
            value={own.name ?? ''}
            maxLength={100}
            onChange={(name) => purchase.setAttendee(place, { name })}
          />
          <TextField
            label={t`E-mail`}
            type="email"
            inputMode="email"
            value={own.email ?? ''}
            onChange={(email) => purchase.setAttendee(place, { email })}
          />
        </>
      )}
      {questions.map((question) => (
        <QuestionField
          key={question.id}
          question={question}
          value={own.answers?.[question.id] ?? ''}
          onChange={(value) =>
            purchase.setAttendee(place, { answers: { ...own.answers, [question.id]: value } })
          }
        />
      ))}
    </fieldset>
  );
}

interface QuestionFieldProps {
  question: Question;
  value: string;
  onChange: (value: string) => void;
}

function QuestionField({ question, value, onChange }: QuestionFieldProps) {
  const { t } = useLingui();
  const { kind, label, help, required } = question;
  if (kind === 'consent') {
    return (
      <label className="flex min-h-11 items-start gap-3">
        <input
          type="checkbox"
          className="mt-0.5 size-5 shrink-0 accent-accent"
          required={required}
          checked={value === 'true'}
          onChange={(event) => onChange(event.target.checked ? 'true' : '')}
        />
        <span>
          <bdi>{label}</bdi>
          {help && <span className="block text-sm text-muted">{help}</span>}
        </span>
      </label>
    );
  }
  if (kind === 'choice') {
    return (
      <label className="flex flex-col gap-1.5">
        <span className="text-[0.9375rem] font-semibold">
          <bdi>{label}</bdi>
        </span>
        <select
          className="field"
          required={required}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">{required ? t`Choose one` : t`No answer`}</option>
          {question.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
        {help && <span className="text-sm text-muted">{help}</span>}
      </label>
    );
  }
  return (
    <TextField
      label={label}
      hint={help ?? undefined}
      isRequired={required}
      value={value}
      onChange={onChange}
      {...(kind === 'date' ? { type: 'date' } : {})}
      {...(kind === 'number' ? { inputMode: 'decimal' as const } : {})}
      {...(kind === 'text' ? { maxLength: 2000 } : {})}
    />
  );
}
