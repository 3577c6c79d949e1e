// The same as questions.c, the way of C++17: handles free themselves, errors are exceptions, tables come
// as Arrow streams.
//
//   export PKG_CONFIG_PATH=PREFIX/lib/pkgconfig LD_LIBRARY_PATH=PREFIX/lib
//   c++ -std=c++17 questions.cpp $(pkg-config --cflags --libs varidex) -o questions
//   ./questions CASES DATASET
#include <varidex.h>

#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

template <typename Handle, vdx_status (*Free)(Handle *)>
struct Freed {
    void operator()(Handle *handle) const { Free(handle); }
};

using Dataset = std::unique_ptr<vdx_view, Freed<vdx_view, vdx_close>>;
using Group = std::unique_ptr<vdx_group, Freed<vdx_group, vdx_group_free>>;
using Error = std::unique_ptr<vdx_error, Freed<vdx_error, vdx_error_free>>;

// Calls a function of the library with its arguments and an error, which is thrown.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments)
{
    vdx_error *told = nullptr;
    const vdx_status status = function(arguments..., &told);
    const Error error(told);
    if (status != VDX_OK)
        throw std::runtime_error(vdx_error_message(error.get()));
}

Group ask(const Dataset &dataset, const std::string &question)
{
    vdx_group *group = nullptr;
    call(vdx_ask, dataset.get(), question.c_str(), &group);
    return Group(group);
}

// Callbacks are plain functions, and no exception may leave them.
template <typename Item>
int each(const Item *item, void *user) noexcept
{
    try {
        (*static_cast<std::function<void(const Item &)> *>(user))(*item);
        return 0;
    } catch (...) {
        return 1;
    }
}

std::vector<std::string> ids(const Group &group)
{
    std::vector<std::string> found;
    std::function<void(const vdx_person &)> push = [&](const vdx_person &person) {
        found.emplace_back(person.id);
    };
    call(vdx_each_person, group.get(), each<vdx_person>, static_cast<void *>(&push));
    return found;
}

// A table's rows by reading its Arrow stream; a program that links Arrow imports it instead.
int64_t rows(const Dataset &dataset, const char *where)
{
    ArrowArrayStream stream{};
    call(vdx_variants, dataset.get(), where, nullptr, nullptr, &stream);
    int64_t found = 0;
    for (;;) {
        ArrowArray batch{};
        if (stream.get_next(&stream, &batch) != 0) {
            const std::string message = stream.get_last_error(&stream);
            stream.release(&stream);
            throw std::runtime_error(message);
        }
        if (batch.release == nullptr)
            break;
        found += batch.length;
        batch.release(&batch);
    }
    stream.release(&stream);
    return found;
}

void build(const std::string &cases, const char *to)
{
    const std::string data = cases + "/data/cohort.";
    const std::vector<std::string> paths = {data + "vcf",       data + "people.tsv",
                                            data + "packet.json", data + "hp.obo",
                                            data + "mondo.obo", data + "genes.bed"};
    std::vector<const char *> inputs;
    for (const auto &path : paths)
        inputs.push_back(path.c_str());
    vdx_people_options people = vdx_people_options_init();
    people.people = &inputs[1];
    people.n_people = 2;
    people.ontologies = &inputs[3];
    people.n_ontologies = 2;
    vdx_build_options options = vdx_build_options_init();
    options.people = &people;
    options.genes = &inputs[5];
    options.n_genes = 1;
    options.replace = 1;
    call(vdx_build, inputs.data(), size_t{1}, to, &options, nullptr);
}

void run(const std::string &cases, const char *to)
{
    build(cases, to);
    vdx_view *opened = nullptr;
    call(vdx_open, to, &opened);
    const Dataset dataset(opened);

    for (const std::string question : {
             "carriers(gene:RYR1) & similar(HP:0003473, HP:0001252)",
             "carriers(gene:PTEN) & biomarker:BRAF & treatment:\"vemurafenib\"",
             "carriers(gene:TLR7) & disease:\"COVID-19\"",
         }) {
        const auto found = ids(ask(dataset, question));
        std::cout << question << ": " << found.size() << ":";
        for (const auto &id : found)
            std::cout << ' ' << id;
        std::cout << '\n';
    }
    for (const std::string who : {"all", "population:FIN"}) {
        const Group group = ask(dataset, who);
        vdx_counts counts;
        call(vdx_frequency, dataset.get(), "chrX:12885000:A:G", group.get(), &counts);
        std::cout << "chrX:12885000:A:G in " << who << ": " << counts.ac << " of " << counts.an
                  << '\n';
    }
    std::cout << rows(dataset, "all") << " variants\n";
    try {
        rows(dataset, "gene:TLR8");
    } catch (const std::runtime_error &error) {
        std::cout << error.what() << '\n';
    }
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: " << argv[0] << " CASES DATASET\n";
        return 2;
    }
    try {
        run(argv[1], argv[2]);
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return vdx_held() == 0 ? 0 : 1;
}
