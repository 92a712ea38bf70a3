/* A private PostgreSQL for a test program, by scripts/pg, and SQL said to it. Run from the project's root. */
#ifndef TIM_TESTS_INDEXER_CLUSTER_H
#define TIM_TESTS_INDEXER_CLUSTER_H

#include <setjmp.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

struct cluster {
    char folder[64];
    char conninfo[300]; /* superuser, database postgres */
};

/* Runs a shell command and gives its exit status; the first line it prints goes to `line` (may be NULL). */
static inline int cluster_command(const char *command, char *line, int room)
{
    int ends[2] = {-1, -1}, status = -1;
    pid_t child = 0;
    if (pipe(ends) != 0)
        return -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    char *arguments[] = {strdup("sh"), strdup("-c"), strdup(command), NULL};
    int failed = posix_spawn(&child, "/bin/sh", &actions, NULL, arguments, environ);
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    if (failed == 0 && output != NULL && line != NULL && fgets(line, room, output) != NULL)
        line[strcspn(line, "\n")] = '\0';
    if (failed == 0 && waitpid(child, &status, 0) < 0)
        status = -1;
    if (output != NULL)
        fclose(output);
    for (int i = 0; i < 3; i++)
        free(arguments[i]);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

/* `settings`: more server settings, "name=value name=value". */
static inline bool cluster_start(struct cluster *cluster, const char *settings)
{
    char command[300];
    if (cluster->folder[0] == '\0') {
        snprintf(cluster->folder, sizeof cluster->folder, "/tmp/timnhanh-test-XXXXXX");
        if (mkdtemp(cluster->folder) == NULL)
            return false;
        if (chmod(cluster->folder, 0755) != 0)
            return false;
    }
    snprintf(command, sizeof command, "scripts/pg start %s 0 %s", cluster->folder, settings);
    return cluster_command(command, cluster->conninfo, sizeof cluster->conninfo) == 0;
}

/* `how`: "fast" or "immediate". */
static inline bool cluster_stop(struct cluster *cluster, const char *how)
{
    char command[300];
    snprintf(command, sizeof command, "scripts/pg stop %s %s", cluster->folder, how);
    return cluster_command(command, NULL, 0) == 0;
}

static inline void cluster_remove(struct cluster *cluster)
{
    char command[300];
    snprintf(command, sizeof command, "scripts/pg remove %s && rm -rf %s", cluster->folder, cluster->folder);
    if (cluster_command(command, NULL, 0) != 0)
        print_error("the cluster in %s could not be removed\n", cluster->folder);
}

/* The same server, but this database and role. The result lives until the next call with the same `out`. */
static inline const char *cluster_conninfo(const struct cluster *cluster, const char *database, const char *role, char out[400])
{
    int size = (int)(strstr(cluster->conninfo, " user=") - cluster->conninfo);
    snprintf(out, 400, "%.*s user=%s dbname=%s", size, cluster->conninfo, role, database);
    return out;
}

static inline PGconn *cluster_session(const struct cluster *cluster, const char *database)
{
    char conninfo[400];
    PGconn *session = PQconnectdb(cluster_conninfo(cluster, database, "postgres", conninfo));
    if (PQstatus(session) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(session));
    PQsetErrorVerbosity(session, PQERRORS_TERSE);
    PGresult *quiet = PQexec(session, "SET client_min_messages = warning");
    PQclear(quiet);
    return session;
}

/* Runs statements; the first value of the last one, or "". The result lives until the next call. */
static inline const char *sql(PGconn *session, const char *statements)
{
    static char value[2000];
    PGresult *result = PQexec(session, statements);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", statements, PQresultErrorMessage(result));
    value[0] = '\0';
    if (PQntuples(result) > 0 && PQnfields(result) > 0)
        snprintf(value, sizeof value, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return value;
}

/* A new database with the shop's tables (the columns that are mapped) and the publication `shop`. */
static inline PGconn *cluster_shop(const struct cluster *cluster, const char *database)
{
    char command[200];
    PGconn *admin = cluster_session(cluster, "postgres");
    snprintf(command, sizeof command, "CREATE DATABASE %s", database);
    sql(admin, command);
    PQfinish(admin);
    PGconn *shop = cluster_session(cluster, database);
    sql(shop,
        "CREATE TABLE brands (id bigint PRIMARY KEY, name text, slug text, logo text);"
        "CREATE TABLE categories (id bigint PRIMARY KEY, parent_id bigint, name text, slug text, sort_order int);"
        "CREATE TABLE products (id bigint PRIMARY KEY, category_id bigint, brand_id bigint, name text, slug text, sku text, price numeric, "
        "sale_price numeric, stock_quantity int, short_desc text, description text, status text, is_featured boolean, avg_rating numeric, "
        "review_count int, sold_count int, specs jsonb, seo_title text, seo_description text, created_at timestamptz, "
        "published_at timestamptz, internal_note text);"
        "CREATE TABLE product_variants (id bigint PRIMARY KEY, product_id bigint, name text, sku text, price numeric, sale_price numeric, "
        "stock_quantity int, attributes jsonb, is_active boolean);"
        "CREATE TABLE orders (id bigint PRIMARY KEY, note text);"
        "CREATE PUBLICATION shop FOR TABLE brands, categories, products, product_variants, orders;");
    return shop;
}

#endif
