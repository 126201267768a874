-- What decides whether a tender is in time is read under the lock of its box. This is for a writer that forgets
-- the lock: what is closed, over or never opened by then takes nothing, whoever writes.

-- +goose Up
-- +goose StatementBegin
create function refuse_late_tender() returns trigger language plpgsql as $$
begin
    if not exists (select from lots where id = new.lot_id and opened_at is not null and closed_at is null and new.received_at <= deadline) then
        raise exception 'the box of lot % takes no tender received at %', new.lot_id, new.received_at
            using errcode = 'restrict_violation', table = tg_table_name, constraint = 'tenders_in_time';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger in_time before insert on tenders for each row execute function refuse_late_tender();

-- +goose Down
drop trigger in_time on tenders;
drop function refuse_late_tender;
