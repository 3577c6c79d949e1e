/* As much of JSON as shared cases and answers are written in: read whole, kept until the test ends. */
#ifndef JSON_H
#define JSON_H

#include "expect.h"

typedef enum { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT } json_kind;

typedef struct json {
    json_kind kind;
    double number;
    char *text;
    /* the name of this value in its object */
    char *key;
    /* how an object or an array is written */
    char *source;
    /* elements of an array, members of an object */
    struct json *first, *next;
} json;

static const char *json_at;

static void json_space(void)
{
    json_at += strspn(json_at, " \t\r\n");
}

static int json_eat(char c)
{
    json_space();
    if (*json_at != c)
        return 0;
    json_at++;
    return 1;
}

static char *json_string(void)
{
    size_t n = 0;
    char *to = malloc(strlen(json_at) + 1);
    EXPECT(to != NULL && json_eat('"'));
    while (*json_at != '"') {
        EXPECT(*json_at != '\0');
        if (*json_at != '\\') {
            to[n++] = *json_at++;
            continue;
        }
        json_at++;
        /* cases and answers are written in UTF-8 and need no other escapes */
        EXPECT(*json_at == '"' || *json_at == '\\' || *json_at == 'n' || *json_at == 't');
        to[n++] = *json_at == 'n' ? '\n' : *json_at == 't' ? '\t' : *json_at;
        json_at++;
    }
    json_at++;
    to[n] = '\0';
    return to;
}

static json *json_value(int depth)
{
    json *value = calloc(1, sizeof *value), **end = &value->first;
    const char *start;
    EXPECT(value != NULL && depth < 32);
    json_space();
    start = json_at;
    if (*json_at == '"') {
        value->kind = JSON_TEXT;
        value->text = json_string();
    } else if (*json_at == '{' || *json_at == '[') {
        int object = *json_at++ == '{';
        char close = object ? '}' : ']';
        value->kind = object ? JSON_OBJECT : JSON_ARRAY;
        while (!json_eat(close)) {
            char *key = NULL;
            EXPECT(end == &value->first || json_eat(','));
            if (object) {
                json_space();
                key = json_string();
                EXPECT(json_eat(':'));
            }
            *end = json_value(depth + 1);
            (*end)->key = key;
            end = &(*end)->next;
        }
        value->source = calloc(1, (size_t)(json_at - start) + 1);
        EXPECT(value->source != NULL);
        memcpy(value->source, start, (size_t)(json_at - start));
    } else if (strncmp(json_at, "null", 4) == 0) {
        json_at += 4;
    } else if (strncmp(json_at, "true", 4) == 0 || strncmp(json_at, "false", 5) == 0) {
        value->kind = JSON_BOOL;
        value->number = *json_at == 't';
        json_at += *json_at == 't' ? 4 : 5;
    } else {
        char *after = NULL;
        value->kind = JSON_NUMBER;
        value->number = strtod(json_at, &after);
        EXPECT(after != json_at);
        json_at = after;
    }
    return value;
}

static void json_free(json *value)
{
    while (value != NULL) {
        json *next = value->next;
        json_free(value->first);
        free(value->text);
        free(value->key);
        free(value->source);
        free(value);
        value = next;
    }
}

/* A value that is all of a text. */
static json *json_read(const char *text)
{
    json *value;
    json_at = text;
    value = json_value(0);
    json_space();
    EXPECT(*json_at == '\0');
    return value;
}

static json *json_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;
    json *value;
    EXPECT(file != NULL && fseek(file, 0, SEEK_END) == 0);
    size = ftell(file);
    EXPECT(size > 0 && fseek(file, 0, SEEK_SET) == 0);
    text = malloc((size_t)size + 1);
    EXPECT(text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    text[size] = '\0';
    value = json_read(text);
    free(text);
    return value;
}

/* A member of an object, NULL where it has none of that name. */
static const json *json_get(const json *object, const char *key)
{
    const json *member = object == NULL ? NULL : object->first;
    while (member != NULL && strcmp(member->key, key) != 0)
        member = member->next;
    return member;
}

static const char *json_text(const json *object, const char *key)
{
    const json *member = json_get(object, key);
    return member == NULL ? NULL : member->text;
}

static size_t json_count(const json *of)
{
    size_t n = 0;
    for (const json *item = of == NULL ? NULL : of->first; item != NULL; item = item->next)
        n++;
    return n;
}

#endif
